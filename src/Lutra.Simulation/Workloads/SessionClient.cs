using System.Text;
using Lutra.Keyspace.Commands;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Workloads;

/// <summary>
/// Opens a session and puts into a key of that session's own, step by step: the key's version says how often that was done. Every step is tried again, through one
/// node after another, until the client is told that it is done: it is done once (I13, pitfall C01). Sessions are short, so that some end in between.
/// </summary>
internal sealed class SessionClient(WorkloadSetting setting, int number, Action<string> violated) : SequentialClient(setting, $"session client {number}"), IWorkloadClient
{
    public const string Title = "sessions";

    private static readonly TimeSpan ttlMin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ttlMax = TimeSpan.FromSeconds(120);

    private readonly List<Count> counts = [];
    private Count? count;

    /// <summary>Reads what every session has counted, through each of <paramref name="nodes"/>.</summary>
    public void ReadBack(IReadOnlyList<SimulatedNode> nodes) => ThroughEach(nodes, (node, then) => Check(node, 0, then));

    protected override void Act(SimulatedNode node)
    {
        if (count is null)
            Open(node);
        else
            Step(node, count);
    }

    private void Open(SimulatedNode node)
    {
        var session = (ulong)Random.NextInt64(1, long.MaxValue);
        Write(node, new OpenSessionCommand(session, (long)Random.LogUniform(ttlMin, ttlMax).TotalMilliseconds), ending =>
        {
            // It has no result beyond having been done.
            if (ending.Error is null)
                counts.Add(count = new Count(session));
            Again();
        });
    }

    // The same step until it is known to be done: whatever was said before, another try is no second one.
    private void Step(SimulatedNode node, Count counting)
    {
        var sequence = counting.Done + 1;
        counting.Asked = sequence;
        Write(node, new WriteCommand(new PutOperation(counting.Key, Encoding.UTF8.GetBytes($"{sequence}"))), ending =>
        {
            if (ending.IsDone)
                counting.Done = sequence;
            else if (ending.Error is LutraError.SessionExpired)
                count = null;
            Again();
        }, counting.Session, sequence);
    }

    private void Check(SimulatedNode node, int at, Action then)
    {
        if (at == counts.Count)
        {
            then();
            return;
        }

        var checkedCount = counts[at];
        Read(node, new RangeOperation(KeyRange.Single(checkedCount.Key)), ending =>
        {
            if (ending.Result is RangeResult found)
                Compare(checkedCount, found.KeyValues.IsEmpty ? 0 : (ulong)found.KeyValues[0].Version, node);
            Check(node, at + 1, then);
        });
    }

    private void Compare(Count known, ulong version, SimulatedNode node)
    {
        if (version < known.Done || version > known.Asked)
            violated($"I13: under session {known.Session:x} {known.Done} steps were done and {known.Asked} asked for, and node {node.Label} counts {version}");
    }

    private sealed class Count(ulong session)
    {
        public ulong Session => session;

        public byte[] Key { get; } = Encoding.UTF8.GetBytes($"session/{session:x}");

        /// <summary>Known to be done, each once.</summary>
        public ulong Done { get; set; }

        public ulong Asked { get; set; }
    }
}
