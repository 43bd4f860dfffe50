using System.Globalization;
using System.Text;
using Lutra.Client.Retry;
using Lutra.Keyspace.Commands;
using Lutra.Simulation.Cluster;

namespace Lutra.Simulation.Workloads;

/// <summary>
/// One write at a time, tried again as the production client's retry policy says, through one node after another, half of them under an idempotency key. Each write
/// makes a key of its own, so that what became of it shows: done exactly once where it was acknowledged, at most once where nobody knows, not at all where
/// every try was certainly not done (I13; pitfalls C01, C02, C03, C07).
/// </summary>
internal sealed class OnceClient : IWorkloadClient
{
    public const string Title = "once";

    private static readonly TimeSpan noAnswerAfter = TimeSpan.FromSeconds(12);

    private readonly WorkloadSetting setting;
    private readonly Random random;
    private readonly string prefix;
    private readonly Action<string> violated;
    private readonly RetryPolicy policy = new();
    private readonly List<Fate> fates = [];
    private bool isStopped;
    private long turn;

    public OnceClient(WorkloadSetting setting, int number, Action<string> violated)
    {
        (this.setting, this.violated) = (setting, violated);
        random = setting.Scheduler.RandomFor($"once client {number}");
        prefix = $"once/{number:D2}/";
    }

    private enum Fate
    {
        UnderWay,
        Done,
        NotDone,
        Unknown,
    }

    public long Done => fates.Count(fate => fate == Fate.Done);

    public long Unknown => fates.Count(fate => fate == Fate.Unknown);

    public bool IsQuiet { get; private set; } = true;

    public void Begin()
    {
        IsQuiet = false;
        setting.Scheduler.After(TimeSpan.FromMilliseconds(random.Next(200)), Next);
    }

    public void Stop() => isStopped = true;

    /// <summary>Reads all keys through each of <paramref name="nodes"/>, one after the other.</summary>
    public void ReadBack(IReadOnlyList<SimulatedNode> nodes)
    {
        IsQuiet = false;
        ReadFrom(nodes, 0);
    }

    private void Next()
    {
        if (isStopped)
        {
            IsQuiet = true;
            return;
        }

        fates.Add(Fate.UnderWay);
        var write = new Write(fates.Count - 1, random.Next(2) == 0, random.Next(setting.Cluster.Nodes.Count));
        Try(write);
    }

    private void Try(Write write)
    {
        var nodes = setting.Cluster.Nodes;
        var node = nodes[(write.FirstNode + write.Failures) % nodes.Count];
        if (node.Loop is null)
        {
            // Nobody listens there: certainly not done.
            Ended(write, new Ending(null, LutraError.Unavailable, "nobody listens"));
            return;
        }

        var mine = ++turn;
        setting.Scheduler.After(noAnswerAfter, () => Answer(mine, write, new Ending(null, LutraError.OutcomeUnknown, "no answer in time")));
        var command = new WriteCommand(new PutOperation(Encoding.UTF8.GetBytes(KeyOf(write.Number)), Encoding.UTF8.GetBytes(KeyOf(write.Number))));
        node.Requests.Write(command, write.HasKey ? KeyOf(write.Number) : null, ending => Answer(mine, write, ending), prefix);
    }

    private void Answer(long asked, Write write, Ending ending)
    {
        if (turn != asked)
            return;
        turn++;
        Ended(write, ending);
    }

    private void Ended(Write write, Ending ending)
    {
        if (ending.IsDone)
        {
            Finish(write, Fate.Done);
            return;
        }

        var error = ending.Error!.Value;
        if (error == LutraError.IdempotencyKeyReused)
            violated($"the write of {KeyOf(write.Number)} was refused under its own idempotency key: {ending.Message}");
        write.IsUnknown |= error == LutraError.OutcomeUnknown;
        write.Failures++;
        var safety = write.HasKey ? CallSafety.WriteWithKey : CallSafety.WriteOnce;
        var wait = isStopped ? null : policy.Decide(safety, error, write.Failures, setting.Cluster.Nodes.Count, random.NextDouble());
        if (wait is { } pause)
            setting.Scheduler.After(pause, () => Try(write));
        else
            Finish(write, write.IsUnknown ? Fate.Unknown : Fate.NotDone);
    }

    private void Finish(Write write, Fate fate)
    {
        fates[write.Number] = fate;
        setting.Scheduler.After(TimeSpan.FromMilliseconds(random.Next(50)), Next);
    }

    private void ReadFrom(IReadOnlyList<SimulatedNode> nodes, int at)
    {
        if (at == nodes.Count)
        {
            IsQuiet = true;
            return;
        }

        var mine = ++turn;
        void Go(Ending? ending)
        {
            if (turn != mine)
                return;
            turn++;
            if (ending?.Result is RangeResult found)
                Check(found, nodes[at].Label);
            ReadFrom(nodes, at + 1);
        }

        setting.Scheduler.After(noAnswerAfter, () => Go(null));
        nodes[at].Requests.Read(new RangeOperation(KeyRange.Prefix(Encoding.UTF8.GetBytes(prefix))), Go, prefix);
    }

    private void Check(RangeResult found, string label)
    {
        var versions = found.KeyValues.ToDictionary(pair => Encoding.UTF8.GetString(pair.Key.Span), pair => pair.Version);
        for (var number = 0; number < fates.Count; number++)
        {
            versions.TryGetValue(KeyOf(number), out var times);
            var isRight = fates[number] switch
            {
                Fate.Done => times == 1,
                Fate.NotDone => times == 0,
                _ => times <= 1,
            };
            if (!isRight)
                violated($"I13: the write of {KeyOf(number)} ended as {fates[number]} and was done {times} times (read on {label} at {setting.Scheduler.Now})");
        }
    }

    private string KeyOf(int number) => prefix + number.ToString("D6", CultureInfo.InvariantCulture);

    private sealed class Write(int number, bool hasKey, int firstNode)
    {
        public int Number => number;

        public bool HasKey => hasKey;

        public int FirstNode => firstNode;

        public int Failures { get; set; }

        public bool IsUnknown { get; set; }
    }
}
