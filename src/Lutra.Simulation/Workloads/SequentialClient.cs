using Lutra.Keyspace.Auth;
using Lutra.Keyspace.Commands;
using Lutra.Node.Leases;
using Lutra.Simulation.Cluster;

namespace Lutra.Simulation.Workloads;

/// <summary>
/// A client with one request under way at a time, through any node that is up. A node that dies tells nobody: where no answer comes the client gives up by
/// itself, and the outcome is unknown.
/// </summary>
internal abstract class SequentialClient(WorkloadSetting setting, string name)
{
    private static readonly TimeSpan noAnswerAfter = TimeSpan.FromSeconds(12);

    // Who keeps a lease alive tries another node soon.
    private static readonly TimeSpan noLeaseAnswerAfter = TimeSpan.FromSeconds(1);

    private long turn;

    public bool IsQuiet { get; private set; } = true;

    public long Done { get; private set; }

    public long Unknown { get; private set; }

    protected WorkloadSetting Setting => setting;

    protected Random Random { get; } = setting.Scheduler.RandomFor(name);

    protected TimeSpan Now => setting.Scheduler.Now;

    protected bool IsStopped { get; private set; }

    public void Begin()
    {
        IsQuiet = false;
        setting.Scheduler.After(TimeSpan.FromMilliseconds(Random.Next(200)), Next);
    }

    public void Stop() => IsStopped = true;

    /// <summary>What comes next, through <paramref name="node"/>, which is up; ends with <see cref="Again"/> or <see cref="AgainAfter"/>.</summary>
    protected abstract void Act(SimulatedNode node);

    /// <summary>A client that has had enough stops by itself.</summary>
    protected virtual bool HasEnough => false;

    /// <summary>False where a client that was stopped must do something before it can rest. It goes on until then.</summary>
    protected virtual bool MayRest => true;

    /// <summary>When the client gives up on an answer.</summary>
    protected virtual TimeSpan NoAnswerAfter => noAnswerAfter;

    protected void Again() => AgainAfter(TimeSpan.FromMilliseconds(Random.Next(40)));

    protected void AgainAfter(TimeSpan pause) => setting.Scheduler.After(pause, Next);

    /// <param name="caller">Who asks; null: the program that the node is embedded in, which may do everything.</param>
    protected void Write(
        SimulatedNode node, Command command, Action<Ending> then, ulong session = 0, ulong sequence = 0, Caller? caller = null, string? idempotencyKey = null)
    {
        var answer = Expect(then, PatienceWith(node));
        node.Requests.Write(command, idempotencyKey, answer, name, session, sequence, caller);
    }

    protected void Read(SimulatedNode node, RangeOperation range, Action<Ending> then, Caller? caller = null)
    {
        var answer = Expect(then, PatienceWith(node));
        node.Requests.Read(range, answer, name, caller);
    }

    protected void Ask(SimulatedNode node, LeaseQuestion question, Action<LeaseAnswer> then)
    {
        var answer = Expect(ending => then(LeaseAnswer.AskAgain(ending.Message ?? "")), noLeaseAnswerAfter);
        var mine = turn;
        node.Requests.Ask(question, found =>
        {
            if (turn != mine)
                return;
            if (found.Error is { } error)
            {
                answer(new Ending(null, error, found.Message));
                return;
            }

            turn++;
            Done++;
            then(found);
        });
    }

    /// <summary>Does <paramref name="read"/> through each of <paramref name="nodes"/>, one after the other; each calls what it is given when it has ended.</summary>
    protected void ThroughEach(IReadOnlyList<SimulatedNode> nodes, Action<SimulatedNode, Action> read)
    {
        IsQuiet = false;
        void From(int at)
        {
            if (at == nodes.Count)
                IsQuiet = true;
            else
                read(nodes[at], () => From(at + 1));
        }

        From(0);
    }

    private void Next()
    {
        if ((IsStopped && MayRest) || HasEnough)
        {
            IsQuiet = true;
            return;
        }

        var node = setting.Cluster.Nodes[Random.Next(setting.Cluster.Nodes.Count)];
        if (node.Loop is null)
            Again();
        else
            Act(node);
    }

    // One that was removed while it was to be asked answers nothing any more.
    private TimeSpan PatienceWith(SimulatedNode node) => node.Loop is null ? TimeSpan.Zero : NoAnswerAfter;

    // The answer counts once, and only while it is waited for.
    private Action<Ending> Expect(Action<Ending> then, TimeSpan atMost)
    {
        var mine = ++turn;
        void Answer(Ending ending)
        {
            if (turn != mine)
                return;
            turn++;
            Done += ending.IsDone ? 1 : 0;
            Unknown += ending.IsUnknown ? 1 : 0;
            then(ending);
        }

        setting.Scheduler.After(atMost, () => Answer(new Ending(null, LutraError.OutcomeUnknown, "no answer in time")));
        return Answer;
    }
}
