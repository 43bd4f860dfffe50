using Lutra.Keyspace.Alarms;
using Lutra.Keyspace.Commands;
using Lutra.Node.Leases;
using Lutra.Node.Tests.Cluster;
using Lutra.Simulation.Cluster;
using static Lutra.Node.Tests.Cluster.Requests;

namespace Lutra.Node.Tests.Leases;

/// <summary>Leases on whole nodes and virtual time: never over early, always over in the end, whoever leads.</summary>
public sealed class LeaseTests
{
    [Fact]
    public void A_lease_that_nobody_keeps_alive_ends_and_takes_its_keys_along()
    {
        var cluster = Started(seed: 1, nodes: 3);
        Grant(cluster, lease: 7, ttlSeconds: 5);
        PutWithLease(cluster, "held", lease: 7);
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(4));
        Assert.Equal("x", cluster.Get(cluster.Leader!, "held"));
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(2));
        Assert.Null(cluster.Get(cluster.Leader!, "held"));
        Assert.Equal(LutraError.LeaseNotFound, Ask(cluster, cluster.Leader!, 7, renews: true).Error);
    }

    [Fact]
    public void A_lease_that_is_kept_alive_through_any_node_lives_on()
    {
        var cluster = Started(seed: 2, nodes: 3);
        Grant(cluster, lease: 7, ttlSeconds: 5);
        PutWithLease(cluster, "held", lease: 7);
        for (var round = 0; round < 20; round++)
        {
            cluster.Scheduler.RunFor(TimeSpan.FromSeconds(3));
            Assert.Equal(LeaseAnswer.Left(5, 5), Ask(cluster, cluster.Nodes[round % 3], 7, renews: true));
        }

        Assert.Equal("x", cluster.Get(cluster.Leader!, "held"));
        Assert.Equal(5, Ask(cluster, cluster.Nodes[0], 7, renews: false).TtlSeconds);
    }

    [Fact]
    public void K03_a_new_leader_counts_from_the_full_time_and_a_change_of_leader_makes_no_lease_immortal()
    {
        var cluster = Started(seed: 3, nodes: 3);
        Grant(cluster, lease: 7, ttlSeconds: 10);
        PutWithLease(cluster, "held", lease: 7);
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(8));
        Assert.Equal(LutraError.LeaseExists, Write(cluster, new GrantLeaseCommand(7, 10)).Error);
        ChangeLeader(cluster);
        var elected = cluster.Scheduler.Now;

        // Longer than what was left, and not as long as the whole.
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(8));
        Assert.Equal("x", cluster.Get(cluster.Leader!, "held"));
        Assert.True(cluster.Scheduler.RunUntil(() => cluster.Get(cluster.Leader!, "held") is null, TimeSpan.FromSeconds(4)), $"elected at {elected}");
    }

    [Fact]
    public void What_a_long_lease_has_left_outlives_its_leader()
    {
        var cluster = Started(seed: 4, nodes: 3);
        Grant(cluster, lease: 7, ttlSeconds: 600);
        PutWithLease(cluster, "held", lease: 7);
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(400));
        ChangeLeader(cluster);
        var left = Ask(cluster, cluster.Leader!, 7, renews: false).RemainingSeconds;
        Assert.InRange(left, 180, 270);

        // A renewal is in the log before it is answered: the next leader knows of it.
        Assert.Equal(600, Ask(cluster, cluster.Nodes[0], 7, renews: true).RemainingSeconds);
        ChangeLeader(cluster);
        Assert.InRange(Ask(cluster, cluster.Leader!, 7, renews: false).RemainingSeconds, 590, 600);
    }

    [Fact]
    public void K03_C05_a_leader_that_is_cut_off_renews_nothing_and_what_it_finds_expired_is_void()
    {
        var cluster = Started(seed: 5, nodes: 3);
        Grant(cluster, lease: 7, ttlSeconds: 4);
        var old = cluster.Leader!;
        PutWithLease(cluster, "held", lease: 7);
        cluster.Network.Isolate(old.Host);
        var answer = default(LeaseAnswer?);
        old.Loop!.Post(new Question(7, renews: true, given => answer = given));
        Assert.True(cluster.Scheduler.RunUntil(() => cluster.Nodes.Any(node => node != old && node.Loop!.Replica!.Raft is { Role: Raft.RoleName.Leader, CommittedInTerm: true }), Long));
        Assert.NotEqual(LeaseAnswer.Left(4, 4), answer);
        cluster.Network.HealAll();
        Assert.True(cluster.Converge(Long));
        var position = Write(cluster, new RevokeLeaseCommand(7, Term: 1));
        Assert.Equal(LutraError.InvalidArgument, position.Error);
    }

    [Fact]
    public void A_mass_expiry_leaves_room_for_writes()
    {
        var cluster = Started(seed: 6, nodes: 1);
        for (var lease = 1; lease <= 3000; lease++)
            Grant(cluster, lease, ttlSeconds: 30);
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(29));
        var slowest = TimeSpan.Zero;
        for (var write = 0; write < 300; write++)
        {
            var began = cluster.Scheduler.Now;
            cluster.MustPut(cluster.Leader!, "key", $"{write}");
            slowest = TimeSpan.FromTicks(Math.Max(slowest.Ticks, (cluster.Scheduler.Now - began).Ticks));
            cluster.Scheduler.RunFor(TimeSpan.FromMilliseconds(20));
        }

        using var view = cluster.Leader!.Loop!.Replica!.Keyspace.Pin();
        Assert.Empty(view.Leases(0, 10));
        Assert.True(slowest < TimeSpan.FromMilliseconds(200), $"{slowest}");
    }

    [Fact]
    public void A_lease_that_runs_out_while_the_cluster_is_said_to_be_corrupt_ends_after_that()
    {
        var cluster = Started(seed: 8, nodes: 3);
        const int leases = 2000;
        var corrupt = new Alarm(1, AlarmKind.Corrupt);
        for (var lease = 1; lease <= leases; lease++)
            Grant(cluster, lease, ttlSeconds: 30);

        // Again and again in the midst of their ends, a little later each time: some are said to be over behind the alarm in the log.
        Assert.True(cluster.Scheduler.RunUntil(() => Left() < leases, Long));
        for (var round = 0; Left() > 0; round++)
        {
            Assert.True(Write(cluster, new AlarmCommand(corrupt, Raises: true)).IsDone);
            var left = Left();
            cluster.Scheduler.RunFor(TimeSpan.FromSeconds(1));
            Assert.Equal(left, Left());
            Assert.True(Write(cluster, new AlarmCommand(corrupt, Raises: false)).IsDone);
            if (left > 0)
                Assert.True(cluster.Scheduler.RunUntil(() => Left() < left, Long));
            cluster.Scheduler.RunFor(TimeSpan.FromMicroseconds(50 * round));
        }

        long Left() => cluster.Leader!.Loop!.Replica!.Keyspace.Counts.Leases;
    }

    [Fact]
    public void Leases_survive_power_cuts_and_end_after_them()
    {
        var cluster = Started(seed: 7, nodes: 3);
        Grant(cluster, lease: 7, ttlSeconds: 5);
        PutWithLease(cluster, "held", lease: 7);
        foreach (var node in cluster.Nodes)
            node.PowerCut();
        cluster.StartAll();
        Assert.True(cluster.ElectLeader(Long));
        Assert.Equal("x", cluster.Get(cluster.Leader!, "held"));
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(8));
        Assert.Null(cluster.Get(cluster.Leader!, "held"));
    }

    private static void ChangeLeader(SimulatedCluster cluster)
    {
        var old = cluster.Leader!;
        old.Kill();
        Assert.True(cluster.Scheduler.RunUntil(
            () => cluster.Nodes.Any(node => node != old && node.Loop?.Replica?.Raft is { Role: Raft.RoleName.Leader, CommittedInTerm: true }), Long));
        old.Start();
        Assert.True(cluster.Converge(Long));
    }

    private static void Grant(SimulatedCluster cluster, long lease, long ttlSeconds) =>
        Assert.True(Write(cluster, new GrantLeaseCommand(lease, ttlSeconds)).IsDone);

    private static void PutWithLease(SimulatedCluster cluster, string key, long lease) =>
        Assert.True(Write(cluster, new WriteCommand(new PutOperation(Bytes(key), Bytes("x"), lease))).IsDone);

    private static Ending Write(SimulatedCluster cluster, Command command)
    {
        Ending? ended = null;
        cluster.Leader!.Requests.Write(command, idempotencyKey: null, ending => ended = ending);
        Assert.True(cluster.Scheduler.RunUntil(() => ended is not null, Long));
        return ended!;
    }

    private static LeaseAnswer Ask(SimulatedCluster cluster, SimulatedNode node, long lease, bool renews)
    {
        LeaseAnswer? answer = null;
        node.Loop!.Post(new Question(lease, renews, given => answer = given));
        Assert.True(cluster.Scheduler.RunUntil(() => answer is not null, Long));
        return answer!.Value;
    }

    private sealed class Question : ClientLeaseQuestion
    {
        private readonly Action<LeaseAnswer> answered;

        public Question(long lease, bool renews, Action<LeaseAnswer> answered)
        {
            Question = new LeaseQuestion(lease, renews);
            DeadlineMillis = long.MaxValue;
            this.answered = answered;
        }

        public override void Answered(LeaseAnswer answer) => answered(answer);
    }
}
