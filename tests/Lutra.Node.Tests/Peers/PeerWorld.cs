using Lutra.Node.Peers;
using Lutra.Raft;
using Lutra.Simulation.Network;
using Lutra.Simulation.Scheduling;

namespace Lutra.Node.Tests.Peers;

/// <summary>Exchanges on virtual time, over the simulated network.</summary>
internal sealed class PeerWorld(ulong seed = 1)
{
    public static readonly ClusterId ClusterA = new(0xA);
    public static readonly ClusterId ClusterB = new(0xB);

    public SimulatedScheduler Scheduler { get; } = new(seed);

    public NetworkFabric Fabric => field ??= new NetworkFabric(Scheduler);

    public static string Address(ulong node) => $"n{node}:1";

    public static Hello Hello(ulong node, ClusterId? cluster) => new(
        PeerProtocol.Min, PeerProtocol.Max, "test", cluster, new NodeId(node), Expected: null, $"{node}", LabelGiven: true, Boots: 1, Address(node),
        $"n{node}:2", cluster is null ? FormationStage.Fresh : FormationStage.Begun, [], LogIndex.Zero);

    public PeerNode Start(ulong node, Hello? hello = null, PeerOptions? options = null) => new(this, node, hello ?? Hello(node, ClusterA), options ?? new());

    public void RunFor(double seconds) => Scheduler.RunFor(TimeSpan.FromSeconds(seconds));

    public void RunUntil(Func<bool> condition, double seconds = 30) =>
        Assert.True(Scheduler.RunUntil(condition, TimeSpan.FromSeconds(seconds)), "The condition did not come true in time.");

    public static PeerTarget To(ulong node) => new(Address(node), new NodeId(node));

    public static PeerTarget ToAddress(ulong node) => new(Address(node), Node: null);

    public static RaftFrame Heartbeat(ulong from, ulong to, ulong round) =>
        new(new Heartbeat(new NodeId(from), new NodeId(to), new Term(1), new LogIndex(0), round));
}
