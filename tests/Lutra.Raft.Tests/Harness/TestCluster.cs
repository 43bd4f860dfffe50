using System.Globalization;
using System.Text;

namespace Lutra.Raft.Tests.Harness;

/// <summary>
/// Any number of cores in one thread, with model disks, a pool of messages and every safety check on. Nodes are numbered from 1 and
/// called n1, n2, ... in traces. The same calls with the same seed give the same trace.
/// </summary>
internal sealed class TestCluster
{
    private readonly SortedDictionary<int, TestNode> nodes = [];
    private ulong reads;

    /// <param name="seed">Draws the election timeouts, with the node's number and its life.</param>
    public TestCluster(RaftOptions? options = null, int seed = 1)
    {
        Options = options ?? new RaftOptions();
        RandomOf = (number, life) => Seeded(seed, number, life);
        Checks = new SafetyChecks(this);
        Streams = new StateStreams(this);
    }

    public RaftOptions Options { get; }

    public Network Network { get; } = new();

    public Trace Trace { get; } = new();

    public SafetyChecks Checks { get; }

    public IReadOnlyCollection<TestNode> Nodes => nodes.Values;

    public IEnumerable<TestNode> Up => nodes.Values.Where(node => node.IsUp);

    public TestNode this[int number] => nodes[number];

    public StateStreams Streams { get; }

    /// <summary>States from peers arrive only when <see cref="TestNode.FinishInstall"/> is called.</summary>
    public bool AreStreamsHeld { get; set; }

    /// <summary>Voters n1..nV, then learners, all on empty disks.</summary>
    public static TestCluster Of(int voters, int learners = 0, RaftOptions? options = null, int seed = 1) =>
        new TestCluster(options, seed).With(voters, learners);

    /// <summary>Starts voters n1..nV, then learners, all on empty disks.</summary>
    public TestCluster With(int voters, int learners = 0)
    {
        var configuration = ConfigurationOf(Enumerable.Range(1, voters), Enumerable.Range(voters + 1, learners));
        for (var number = 1; number <= voters + learners; number++)
        {
            Add(number, new ModelDisk(configuration));
        }

        return this;
    }

    public static NodeId IdOf(int number) => new((ulong)number);

    public static int NumberOf(string name) => int.Parse(name.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture);

    public static Configuration ConfigurationOf(IEnumerable<int> voters, IEnumerable<int>? learners = null, IEnumerable<int>? outgoing = null) =>
        new(MembersOf(voters, learners), (outgoing ?? []).Select(IdOf));

    public static IReadOnlyList<Member> MembersOf(IEnumerable<int> voters, IEnumerable<int>? learners = null) =>
        [.. voters.Select(number => MemberOf(number, MemberRole.Voter)), .. (learners ?? []).Select(number => MemberOf(number, MemberRole.Learner))];

    public static Member MemberOf(int number, MemberRole role) =>
        new(new MemberId((ulong)number), IdOf(number), $"n{number}", $"n{number}:1", $"n{number}:2", role);

    /// <summary>Starts a node on this disk; without one it is fresh and belongs to no cluster.</summary>
    public TestNode Add(int number, ModelDisk? disk = null, AppliedState? state = null)
    {
        disk ??= new ModelDisk(Configuration.Empty);
        var node = new TestNode(this, number, disk, state ?? new AppliedState(disk.Configuration));
        nodes.Add(number, node);
        node.Start();
        return node;
    }

    /// <summary>Where a node's election timeouts come from, by its number and its life.</summary>
    public Func<int, int, Random> RandomOf { get; init; }

    private static Random Seeded(int seed, int number, int life) => new((seed * 1_000_003) + (number * 1009) + life);

    public TestNode? Leader =>
        Up.Where(node => node.Status.Role == RoleName.Leader).OrderByDescending(node => node.Status.Term).FirstOrDefault();

    /// <summary>One tick on each node that is up, or on these.</summary>
    public void Tick(params IReadOnlyList<int> numbers)
    {
        foreach (var node in numbers.Count == 0 ? [.. Up] : numbers.Select(number => nodes[number]).ToList())
        {
            node.Feed(core => core.Tick());
            Streams.Age(node);
        }
    }

    /// <summary>Hands over one message, or loses it if nobody can receive it.</summary>
    public void Deliver(Message message)
    {
        Network.Remove(message);
        if (Find(message.To) is not { IsUp: true } target || Network.IsCut(message.From, message.To))
        {
            Lose(message);
            return;
        }

        target.Feed(core => core.Receive(message));
    }

    /// <summary>Delivers what is on its way now and matches; what this brings about stays on its way. Returns how many.</summary>
    public int DeliverRound(MessageFilter? filter = null)
    {
        var round = Network.Deliverable.Where((filter ?? MessageFilter.Any).Matches).ToList();
        foreach (var message in round)
        {
            Deliver(message);
        }

        return round.Count;
    }

    /// <summary>Delivers until nothing is on its way but what is held.</summary>
    public void Settle()
    {
        for (var rounds = 0; DeliverRound() > 0; rounds++)
        {
            if (rounds > 5000)
            {
                throw new SafetyException("The messages never come to rest:" + Environment.NewLine + Trace.Recent());
            }
        }
    }

    /// <summary>A message leaves a node.</summary>
    public void Send(Message message, Term senderTerm)
    {
        var isCut = Network.IsCut(message.From, message.To);
        Trace.Add($"{TraceText.Name(message.From)} {(isCut ? '↛' : '→')} {TraceText.Name(message.To)} {TraceText.Describe(message, senderTerm)}");
        if (isCut)
        {
            Streams.Break(message);
        }
        else
        {
            Network.Add(message);
        }
    }

    /// <summary>A message is lost on its way.</summary>
    public void Lose(Message message)
    {
        Network.Remove(message);
        Trace.Add($"{TraceText.Name(message.From)} ↛ {TraceText.Name(message.To)} {message.GetType().Name}");
        Streams.Break(message);
    }

    public ProposeResult Propose(int number, string command)
    {
        var result = nodes[number].Ask(core => core.Propose(Encoding.UTF8.GetBytes(command)));
        ShowRefusal(number, result);
        return result;
    }

    public ProposeResult ProposeMembers(int number, IReadOnlyList<Member> target)
    {
        var result = nodes[number].Ask(core => core.ProposeConfiguration(target));
        ShowRefusal(number, result);
        return result;
    }

    /// <summary>Asks for a read index and returns the read's number.</summary>
    public ulong Read(int number) => Read(number, 1);

    /// <summary>Asks for so many in one batch of inputs; the number of the last.</summary>
    public ulong Read(int number, int count)
    {
        var first = reads + 1;
        for (; count > 0; count--)
        {
            Checks.ReadAsked(nodes[number], ++reads);
        }

        nodes[number].Feed(core =>
        {
            for (var read = first; read <= reads; read++)
            {
                core.RequestRead(read);
            }
        });
        return reads;
    }

    public TestNode? Find(NodeId id) => nodes.GetValueOrDefault((int)id.Value);

    private void ShowRefusal(int number, ProposeResult result)
    {
        if (result.Outcome != ProposeOutcome.Appended)
        {
            var leader = result.Leader is { } known ? $" (leader {TraceText.Name(known)})" : "";
            Trace.Add($"n{number} refuses: {result.Outcome}{leader}{(result.Reason is null ? "" : $": {result.Reason}")}");
        }
    }
}
