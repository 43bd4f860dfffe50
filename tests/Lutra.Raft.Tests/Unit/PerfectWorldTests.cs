namespace Lutra.Raft.Tests.Unit;

public sealed class PerfectWorldTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void A_leader_is_elected_and_what_it_takes_is_applied_everywhere(int voters)
    {
        var world = new PerfectWorld(voters);
        world.Tick(40);
        var leader = world.Leader;
        for (byte i = 0; i < 10; i++)
            Assert.Equal(ProposeOutcome.Appended, leader.Propose(new[] { i }).Outcome);
        world.Settle();

        foreach (var (_, applied) in world.Applied)
        {
            Assert.Equal(Enumerable.Range(1, 11).Select(i => (ulong)i), applied.Select(entry => entry.Index.Value));
            Assert.Equal(Enumerable.Range(0, 10).Select(i => (byte)i), applied.Skip(1).Select(entry => entry.Payload.Span[0]));
        }
    }

    [Fact]
    public void Proposals_that_gather_go_as_one_append_to_each_follower()
    {
        var world = new PerfectWorld(3);
        world.Tick(40);
        world.Sent.Clear();
        for (byte i = 0; i < 100; i++)
            world.Leader.Propose(new[] { i });
        world.Settle();

        var appends = world.Sent.OfType<AppendRequest>().Where(request => request.Entries.Length > 0).ToList();
        Assert.Equal(2, appends.Count);
        Assert.All(appends, append => Assert.Equal(100, append.Entries.Length));
        Assert.Equal(2, world.Sent.OfType<AppendRequest>().Count(request => request.Entries.Length == 0));
    }

    [Fact]
    public void Reads_are_answered_on_every_node_at_the_commit_index_and_share_a_round()
    {
        var world = new PerfectWorld(3);
        world.Tick(40);
        world.Leader.Propose(new byte[] { 1 });
        world.Settle();
        world.Sent.Clear();
        foreach (var id in new[] { 1UL, 2UL, 3UL })
        {
            for (var read = 0UL; read < 10; read++)
                world[id].RequestRead((id * 100) + read);
        }

        world.Settle();
        Assert.Equal(30, world.Reads.Count);
        Assert.All(world.Reads, read => Assert.Equal(new LogIndex(2), read.Answer.Index));
        Assert.Equal(2, world.Sent.OfType<ReadIndexRequest>().Count());
    }

    [Fact]
    public void Nothing_is_said_between_heartbeats_when_nothing_happens()
    {
        var world = new PerfectWorld(3, new RaftOptions { HeartbeatTicks = 3 });
        world.Tick(60);
        world.Sent.Clear();
        world.Tick(3);
        Assert.Equal(2, world.Sent.OfType<Heartbeat>().Count());
        Assert.Equal(2, world.Sent.OfType<HeartbeatReply>().Count());
        Assert.Equal(4, world.Sent.Count);
    }

    [Fact]
    public void Learners_are_added_in_one_step_and_promoted_through_a_joint_configuration()
    {
        var world = new PerfectWorld(3);
        world.Tick(40);
        var learner = new Member(new MemberId(4), new NodeId(4), "4", "", "", MemberRole.Learner);
        world.Add(new NodeId(4), new RaftOptions(), Configuration.Empty);
        Assert.Equal(ProposeOutcome.Appended, world.Leader.ProposeConfiguration([.. world.Members, learner]).Outcome);
        world.Tick(3);
        Assert.Equal(RoleName.Learner, world[4].Role);
        Assert.Equal(world.Leader.Commit, world[4].Commit);

        var promoted = learner with { Role = MemberRole.Voter };
        Assert.Equal(ProposeOutcome.Appended, world.Leader.ProposeConfiguration([.. world.Members, promoted]).Outcome);
        Assert.True(world.Leader.Status.Configuration.IsJoint);
        world.Tick(3);
        Assert.Equal(RoleName.Follower, world[4].Role);
        Assert.All(world.Applied.Keys, id => Assert.False(world[id.Value].Status.Configuration.IsJoint));
        Assert.Equal(4, world[4].Status.Configuration.Voters.Count);
    }

    [Fact]
    public void A_learner_names_a_leader_only_as_long_as_it_hears_it()
    {
        var world = new PerfectWorld(3);
        world.Tick(40);
        world.Add(new NodeId(4), new RaftOptions(), Configuration.Empty);
        world.Leader.ProposeConfiguration([.. world.Members, new Member(new MemberId(4), new NodeId(4), "4", "", "", MemberRole.Learner)]);
        world.Tick(3);
        Assert.Equal(world.Leader.Id, world[4].Leader);
        world.Delivers = message => message.To.Value != 4;
        world[4].RequestRead(9);
        world.Tick(25);
        Assert.Null(world[4].Leader);
        Assert.Equal([new ReadAnswer(9, null)], world.Reads.Select(read => read.Answer));
        world.Delivers = _ => true;
        world.Tick(1);
        Assert.Equal(world.Leader.Id, world[4].Leader);
    }

    [Fact]
    public void Leadership_goes_where_it_is_handed()
    {
        var world = new PerfectWorld(3);
        world.Tick(40);
        var target = world.Leader.Id.Value == 2 ? 3UL : 2UL;
        Assert.True(world.Leader.TransferLeadership(new NodeId(target)));
        Assert.Equal(ProposeOutcome.Transferring, world.Leader.Propose(new byte[] { 1 }).Outcome);
        world.Settle();
        Assert.Equal(target, world.Leader.Id.Value);
    }
}
