using System.Text;
using Lutra.Keyspace.Commands;
using Lutra.Simulation.Cluster;

namespace Lutra.Node.Tests.Cluster;

/// <summary>Puts and gets through a node of a simulated cluster, run until they end.</summary>
internal static class Requests
{
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    public static Ending? Put(this SimulatedCluster cluster, SimulatedNode node, string key, string value, string? idempotencyKey = null)
    {
        Ending? ended = null;
        node.Requests.Write(new WriteCommand(new PutOperation(Bytes(key), Bytes(value))), idempotencyKey, ending => ended = ending);
        cluster.Scheduler.RunUntil(() => ended is not null || !node.IsUp, Long);
        return ended;
    }

    public static void MustPut(this SimulatedCluster cluster, SimulatedNode node, string key, string value)
    {
        var ended = cluster.Put(node, key, value);
        Assert.True(ended is { IsDone: true }, ended?.Message ?? "no answer");
    }

    public static string? Get(this SimulatedCluster cluster, SimulatedNode node, string key)
    {
        var ended = cluster.Read(node, key);
        Assert.True(ended is { IsDone: true }, ended?.Message ?? "no answer");
        var found = Assert.IsType<RangeResult>(ended!.Result);
        return found.KeyValues.IsEmpty ? null : Encoding.UTF8.GetString(found.KeyValues[0].Value.Span);
    }

    public static Ending? Read(this SimulatedCluster cluster, SimulatedNode node, string key)
    {
        Ending? ended = null;
        node.Requests.Read(new RangeOperation(KeyRange.Single(Bytes(key))), ending => ended = ending);
        cluster.Scheduler.RunUntil(() => ended is not null || !node.IsUp, Long);
        return ended;
    }

    public static SimulatedCluster Started(ulong seed, int nodes, Func<LutraNodeOptions, LutraNodeOptions>? adjust = null)
    {
        var cluster = new SimulatedCluster(seed, nodes, adjust);
        cluster.StartAll();
        Assert.True(cluster.ElectLeader(Long), "No leader was elected.");
        return cluster;
    }

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
