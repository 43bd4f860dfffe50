using Lutra.Raft.Tests.Harness;
using static Lutra.Raft.Tests.Harness.Steps;

namespace Lutra.Raft.Tests.Pitfalls.Replication;

public sealed class SingleVoterTests
{
    [Fact]
    public void L12_it_commits_only_what_its_own_disk_has()
    {
        var cluster = Alone();
        cluster[1].IsDiskStalled = true;
        cluster.ProposeAll(1, "x=1", "x=2");
        cluster.Run(3);
        Assert.Equal(Index(1), cluster[1].Status.Commit);

        cluster[1].Persist();
        Assert.Equal(Index(2), cluster[1].Status.Commit);
        Assert.Equal(["x=1"], cluster.Applied(1));
    }

    [Fact]
    public void L12_a_power_cut_before_the_disk_has_it_loses_nothing_acknowledged()
    {
        var cluster = Alone();
        cluster[1].IsDiskStalled = true;
        cluster.ProposeAll(1, "x=1");
        cluster.CutPower(1);
        cluster[1].IsDiskStalled = false;
        cluster.Restart(1);
        cluster.RunUntilLeader(2);
        Assert.Empty(cluster.Applied(1));
    }

    [Fact]
    public void L12_after_a_restart_it_reads_nothing_older_than_what_it_acknowledged()
    {
        // The entry is acknowledged; that it was committed is written nowhere.
        var cluster = Alone();
        cluster.ProposeAll(1, "x=1");
        Assert.Equal(["x=1"], cluster.Applied(1));
        cluster.CutPower(1);
        cluster[1].IsDiskStalled = true;
        cluster.Restart(1);
        cluster[1].IsDiskStalled = false;

        // A read at once is answered with the entry or not at all; the safety checks compare.
        var early = cluster.Read(1);
        cluster.RunUntilLeader(2);
        var late = cluster.Read(1);
        cluster.Run(2);
        Assert.True(!cluster[1].Reads.TryGetValue(early, out var index) || index is null || index >= Index(2));
        Assert.True(cluster[1].Reads[late] >= Index(3));
        Assert.Equal(["x=1"], cluster.Applied(1));
    }

    [Fact]
    public void L12_alone_it_need_not_wait_for_an_election_timeout()
    {
        var cluster = TestCluster.Of(1);
        cluster[1].Feed(node => node.Campaign());
        cluster.Tick(1);
        Assert.Equal(RoleName.Leader, cluster[1].Status.Role);
    }

    private static TestCluster Alone()
    {
        var cluster = TestCluster.Of(1);
        cluster.RunUntilLeader(2);
        Assert.Equal(Index(1), cluster[1].Status.Commit);
        return cluster;
    }
}
