using Lutra.Simulation.Cluster;
using static Lutra.Node.Tests.Cluster.Requests;

namespace Lutra.Node.Tests.Members;

/// <summary>Machines that come back under each other's addresses, as where addresses are handed out anew.</summary>
public sealed class SwappedAddressTests
{
    [Theory]
    [InlineData(1, false, false)]
    [InlineData(2, true, false)]
    [InlineData(3, false, true)]
    public void Members_that_changed_places_are_written_down_at_once(ulong seed, bool leaderToo, bool all)
    {
        var cluster = MemberWorld.Cluster(seed, voters: 3, standby: 0);
        var leader = cluster.Leader!;
        var moved = all ? [.. cluster.Nodes] : leaderToo ? [leader, cluster.Nodes.First(node => node != leader)] : cluster.Nodes.Where(node => node != leader).ToArray();
        var addresses = moved.Select(AddressOf).ToArray();
        foreach (var node in moved)
            node.Kill();
        for (var at = 0; at < moved.Length; at++)
        {
            moved[at].MoveTo(addresses[(at + 1) % moved.Length]);
            moved[at].Start();
        }

        Assert.True(cluster.ElectLeader(Long), cluster.Story());
        Assert.True(cluster.Scheduler.RunUntil(() => AreFound(cluster), Long), cluster.Story());
        Assert.True(cluster.Converge(Long));
        Assert.DoesNotContain("which is the address of member", cluster.Story(), StringComparison.Ordinal);
        cluster.MustPut(moved[0], "name", "otter");
    }

    [Fact]
    public void A_member_at_the_address_of_one_that_is_down_is_told_of_once_and_waits_until_that_one_comes()
    {
        var cluster = MemberWorld.Cluster(4, voters: 3, standby: 0);
        var others = cluster.Nodes.Where(node => node != cluster.Leader).ToArray();
        var (down, moved) = (others[0], others[1]);
        down.Kill();
        moved.Kill();
        moved.MoveTo(AddressOf(down));
        moved.Start();
        Assert.True(cluster.ElectLeader(Long));
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(10));
        Assert.False(AreFound(cluster));
        Assert.Single(cluster.Story().Split('\n'), line => line.Contains("which is the address of member", StringComparison.Ordinal));

        down.MoveTo("n9:2379");
        down.Start();
        Assert.True(cluster.Scheduler.RunUntil(() => AreFound(cluster), Long), cluster.Story());
        Assert.True(cluster.Converge(Long));
    }

    private static bool AreFound(SimulatedCluster cluster) => cluster.Leader?.Loop?.Replica?.Raft is { } raft && raft.ConfigurationIndex <= raft.Commit
        && cluster.Nodes.All(node => raft.Configuration.Members.Any(member => member.Label == node.Label && member.PeerAddress == AddressOf(node)));

    private static string AddressOf(SimulatedNode node) => node.Options.EffectivePeerAddress;
}
