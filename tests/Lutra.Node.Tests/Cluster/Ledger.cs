using System.Text;
using Lutra.Keyspace;
using Lutra.Simulation.Cluster;
using static Lutra.Node.Tests.Cluster.Requests;

namespace Lutra.Node.Tests.Cluster;

/// <summary>
/// Writes a few keys over and over, one write at a time and each with a value of its own, and knows what each key may hold: the last value that was acknowledged,
/// or one written after it whose end is unknown.
/// </summary>
internal sealed class Ledger(SimulatedCluster cluster)
{
    private const int Keys = 40;

    private readonly SortedDictionary<string, List<string?>> allowed = new(StringComparer.Ordinal);
    private int written;

    public int Acknowledged { get; private set; }

    public string? LastRefusal { get; private set; }

    /// <summary>True where it was acknowledged.</summary>
    public bool Write(SimulatedNode through, int valueBytes = 300)
    {
        var number = ++written;
        var (key, value) = ($"key {number % Keys}", $"{number} ".PadRight(valueBytes, 'x'));
        if (!allowed.TryGetValue(key, out var values))
            allowed.Add(key, values = [null]);
        var ending = cluster.Put(through, key, value);
        if (ending is null or { IsUnknown: true })
            values.Add(value);
        if (ending is not { IsDone: true })
        {
            LastRefusal = $"{through.Label}: {ending?.Message ?? "it died"}";
            return false;
        }

        Acknowledged++;
        values.Clear();
        values.Add(value);
        return true;
    }

    /// <summary>Writes through whichever node is up until one write is acknowledged.</summary>
    public void MustWrite()
    {
        for (var attempt = 0; attempt < 20; attempt++)
        {
            if (cluster.Leader is { } leader && Write(leader))
                return;
            cluster.Scheduler.RunFor(TimeSpan.FromSeconds(1));
        }

        Assert.Fail("Nothing can be written any more.");
    }

    /// <summary>All nodes are up and agree, hold one state, and nothing of what was acknowledged is gone.</summary>
    public void RequireHeld(string where)
    {
        Assert.True(cluster.Converge(TimeSpan.FromSeconds(60)), $"{where}: no leader that all follow.\n{Told()}");
        UInt128? expected = null;
        foreach (var node in cluster.Nodes)
            Assert.True(node.IsUp, $"{where}: node {node.Label} stopped: {node.Failure}\n{Told()}");
        foreach (var node in cluster.Nodes)
        {
            using var view = node.Loop!.Replica!.Keyspace.Pin();
            var hash = view.HashOfState();
            Assert.True((expected ??= hash) == hash, $"{where}: node {node.Label} holds another state.\n{Told()}");
            foreach (var (key, values) in allowed)
                Assert.True(values.Contains(Read(view, key)), $"{where}: node {node.Label} holds of {key}: {Read(view, key)?.TrimEnd('x')}\n{Told()}");
        }
    }

    public string Told() => string.Join('\n', cluster.Nodes.SelectMany(node => node.Told.TakeLast(12)));

    private static string? Read(KeyspaceView view, string key)
    {
        var found = view.Range(new RangeOperation(KeyRange.Single(Bytes(key))));
        return found.KeyValues.IsEmpty ? null : Encoding.UTF8.GetString(found.KeyValues[0].Value.Span);
    }
}
