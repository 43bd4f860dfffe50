using System.Globalization;
using System.Text;
using Lutra.Keyspace.Commands;
using Lutra.Keyspace.Snapshots;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Workloads.Backups;

/// <summary>Writes marks, now and then takes a snapshot of any node once that is up to date, and begins another cluster with it.</summary>
internal sealed class BackupClient(WorkloadSetting setting, Action<string> violated) : SequentialClient(setting, "backups")
{
    // A snapshot of more would make a world of it.
    private const long DiskBytesMax = 8 * 1024 * 1024;

    private static readonly byte[] mark = "backup/mark"u8.ToArray();

    private long written;
    private long acknowledged;
    private int restored;

    /// <summary>A last snapshot, of one of <paramref name="nodes"/>.</summary>
    public void ReadBack(IReadOnlyList<SimulatedNode> nodes) => ThroughEach([nodes[0]], (node, then) => Take(node, then));

    protected override void Act(SimulatedNode node)
    {
        var number = ++written;
        Write(node, new WriteCommand(new PutOperation(mark, Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture)))), ending =>
        {
            acknowledged = ending.Result?.Revision.Value ?? acknowledged;
            var other = Setting.Cluster.Nodes[Random.Next(Setting.Cluster.Nodes.Count)];
            if (other.Loop is null || Random.Next(12) > 0)
                AgainAfter(TimeSpan.FromMilliseconds(Random.Next(100)));
            else
                Take(other, () => AgainAfter(Random.LogUniform(TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(6))));
        });
    }

    // As a node's door does it: a linearizable read's place in line first, then what is there.
    private void Take(SimulatedNode node, Action then)
    {
        var expected = acknowledged;
        Read(node, new RangeOperation(KeyRange.Single(mark)), ending =>
        {
            if (ending.IsDone && node.Disk.UsedBytes < DiskBytesMax && Snapshot(node, expected) is { } taken)
                Restore(taken, then);
            else
                then();
        });
    }

    private StateCopy? Snapshot(SimulatedNode node, long expected)
    {
        if (node.Loop?.Replica is not { } replica)
            return null;
        try
        {
            using var view = replica.Keyspace.Pin();
            var copy = StateCopy.Of(view);
            var found = view.Range(new RangeOperation(KeyRange.Single(mark))).KeyValues;
            // A mark of which nobody knew may have come later, over the one that was acknowledged.
            if ((found.IsEmpty ? 0 : found[0].ModRevision.Value) < expected)
                violated($"P1: a snapshot of node {node.Label} lacks the mark of revision {expected}, which was acknowledged before (at {Now})");
            using var source = new SnapshotSource(view, replica.Cluster, nowMillis: 0);
            using var writer = new SnapshotWriter(source);
            var bytes = new List<byte>();
            while (writer.Next())
                bytes.AddRange(writer.Chunk.Span);
            return copy with { Snapshot = [.. bytes], TakenOf = $"node {node.Label} at {Now}" };
        }
        catch (IOException)
        {
            // A damaged disk: the node says so to whoever reads there.
            return null;
        }
    }

    private void Restore(StateCopy taken, Action then)
    {
        var other = new RestoredCluster(Setting, ++restored, taken, Random.Next(3) == 0 ? 0 : Random.NextInt64(1, 1_000_000));
        other.Begin(wrong =>
        {
            if (wrong is not null)
                violated($"P2: {wrong}: a cluster that began with the snapshot of {taken.TakenOf}");
            then();
        });
    }
}
