using Lutra.Raft;
using Lutra.Simulation.Cluster;
using Lutra.Storage.Log.Format;
using Lutra.Storage.Tables;
using Replica = Lutra.Node.Loop.Replica;

namespace Lutra.Simulation.Runs;

/// <summary>
/// What a node that is at rest still keeps, though nothing needs it any more: a little of it in each run would be all of the disk in a year (I14). A restart may
/// clear it away, so it is looked for before one.
/// </summary>
internal static class Leftovers
{
    private const int ReadBytes = 1 << 20;

    /// <summary>What there is; null: nothing.</summary>
    public static string? Of(SimulatedNode node)
    {
        if (node.Loop?.Replica is not { } replica || !node.Disk.Paths.Contains(ManifestFile.Path))
            return null;
        var manifest = Manifest.Parse(node.Disk.ReadAll(ManifestFile.Path), ManifestFile.Path);
        return TableOf(node, manifest) ?? LogOf(node, replica, manifest.Applied) ?? SessionOf(node, replica);
    }

    // Files of tables that were merged or replaced go once nobody reads them.
    private static string? TableOf(SimulatedNode node, Manifest manifest)
    {
        var named = manifest.Tables.Select(table => table.Path).ToHashSet(StringComparer.Ordinal);
        var left = node.Disk.Paths.FirstOrDefault(path => path.StartsWith($"{ManifestFile.Folder}/", StringComparison.Ordinal) && path != ManifestFile.Path && !named.Contains(path));
        return left is null ? null : $"the disk of node {node.Label} holds {left}, which its manifest does not name";
    }

    // Whole segments go. What tables hold already and the log holds, too, lies in the one that the log goes on in from there; twice that is no chance any more. A node that
    // died after it had written a table, and before it cut the log, cuts it with the next one.
    private static string? LogOf(SimulatedNode node, Replica replica, LogPosition durable)
    {
        if (replica.OpenedAt == durable)
            return null;
        var inTables = durable.Index;
        var bytes = 0L;
        var first = replica.Log.Start.Index.Next;
        for (var next = first; next <= inTables;)
        {
            var read = replica.Log.Read(next, inTables, ReadBytes);
            if (read.Count == 0)
                break;
            foreach (var entry in read)
                bytes += RecordHeader.RecordBytes(entry.Payload.Length);
            next = read[^1].Index.Next;
        }

        return bytes <= 2L * node.Options.SegmentSizeBytes
            ? null
            : $"the log of node {node.Label} holds {bytes} bytes from {first} to {inTables}, which its tables hold as well; a segment has {node.Options.SegmentSizeBytes}";
    }

    // The leader ends them unasked.
    private static string? SessionOf(SimulatedNode node, Replica replica)
    {
        if (replica.Raft.Role != RoleName.Leader)
            return null;
        using var view = replica.Keyspace.Pin();
        return view.ExpiredSessions(node.Process!.Time.GetUtcNow().ToUnixTimeMilliseconds(), 1) is [var session, ..]
            ? $"session {session.Session:x} is over, and leader {node.Label} has not ended it"
            : null;
    }
}
