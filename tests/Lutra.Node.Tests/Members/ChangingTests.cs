using Lutra.Node.Members;
using static Lutra.Node.Tests.Cluster.Requests;

namespace Lutra.Node.Tests.Members;

public sealed class ChangingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void M07_a_leader_that_is_removed_hands_over_and_stops(ulong seed)
    {
        var cluster = MemberWorld.Cluster(seed, voters: 3, standby: 0);
        var leader = cluster.Leader!;
        var asked = seed == 1 ? leader : cluster.Nodes.First(node => node != leader);
        var answer = cluster.MustChange(asked, new RemoveMember(leader.Label));
        Assert.True(answer.Changed);
        Assert.DoesNotContain(answer.Members.Members, member => member.Label == leader.Label);
        Assert.True(cluster.Scheduler.RunUntil(() => !leader.IsUp, Long));
        Assert.Contains("was removed from the cluster", leader.Failure!.Message, StringComparison.Ordinal);
        Assert.True(cluster.ElectLeader(Long));
        cluster.MustPut(cluster.Nodes.First(node => node.IsUp), "name", "otter");
        Assert.Equal(2, cluster.Leader!.Loop!.Replica!.Raft.Configuration.Voters.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void M11_a_node_that_was_removed_stops_and_never_comes_back(bool whileDown)
    {
        var cluster = MemberWorld.Cluster(4, voters: 3, standby: 0);
        var gone = cluster.Nodes.First(node => node != cluster.Leader);
        if (whileDown)
            gone.Kill();
        cluster.MustChange(cluster.Leader!, new RemoveMember(gone.Label));
        for (var start = 0; start < 2; start++)
        {
            if (whileDown || start > 0)
                gone.Start();
            Assert.True(cluster.Scheduler.RunUntil(() => !gone.IsUp, Long), "It goes on.");
            Assert.Contains("was removed from the cluster", gone.Failure!.Message, StringComparison.Ordinal);
        }

        var term = cluster.Leader!.Loop!.Replica!.Raft.Term;
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal(term, cluster.Leader!.Loop!.Replica!.Raft.Term);
    }

    [Fact]
    public void A_member_is_replaced_by_a_node_elsewhere_in_one_command()
    {
        var cluster = MemberWorld.Cluster(5, voters: 3, standby: 1);
        var old = cluster.Nodes.First(node => node != cluster.Leader);
        cluster.MustPut(cluster.Leader!, "name", "otter");
        cluster.MustChange(cluster.Nodes[0], new ReplaceMember(old.Label, "n4:2379"));
        Assert.Equal("(n4:2379)+ 1 2 3", cluster.Members());
        Assert.False(cluster.MustChange(cluster.Nodes[0], new ReplaceMember(old.Label, "n4:2379")).Changed);
        cluster.Nodes[3].Start();
        cluster.Becomes(string.Join(' ', cluster.Nodes.Where(node => node != old).Select(node => node.Label)));
        Assert.True(cluster.Scheduler.RunUntil(() => !old.IsUp, Long));
        Assert.Equal("otter", cluster.Get(cluster.Nodes[3], "name"));
    }

    [Fact]
    public void A_voter_that_is_down_is_replaced_too()
    {
        var cluster = MemberWorld.Cluster(6, voters: 3, standby: 1);
        var old = cluster.Nodes.First(node => node != cluster.Leader);
        old.Kill();
        cluster.MustChange(cluster.Leader!, new ReplaceMember(old.Label, "n4:2379", Label: "4"));
        cluster.Nodes[3].Start();
        cluster.Becomes(string.Join(' ', cluster.Nodes.Where(node => node != old).Select(node => node.Label)));
    }

    [Fact]
    public void Leadership_moves_to_whom_it_is_asked_to()
    {
        var cluster = MemberWorld.Cluster(7, voters: 3, standby: 0);
        for (var round = 0; round < 5; round++)
        {
            var next = cluster.Nodes.First(node => node != cluster.Leader);
            var answer = cluster.MustChange(cluster.Nodes[round % 3], new MoveLeader(next.Label));
            Assert.True(answer.Changed);
            Assert.Same(next, cluster.Leader);
            Assert.False(cluster.MustChange(cluster.Nodes[round % 3], new MoveLeader(next.Label)).Changed);
        }

        var before = cluster.Leader;
        cluster.MustChange(before!, new MoveLeader(null));
        Assert.NotSame(before, cluster.Leader);
    }

    [Fact]
    public void Leadership_does_not_move_to_a_node_that_is_down()
    {
        var cluster = MemberWorld.Cluster(8, voters: 3, standby: 0);
        var leader = cluster.Leader!;
        var down = cluster.Nodes.First(node => node != leader);
        down.Kill();
        var answer = cluster.Change(leader, new MoveLeader(down.Label));
        Assert.Equal(LutraError.ChangeRefused, answer.Error);
        Assert.Contains("goes on to lead", answer.Message, StringComparison.Ordinal);
        cluster.MustPut(leader, "name", "otter");
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void An_address_that_changed_heals_itself(ulong seed, bool leads)
    {
        var cluster = MemberWorld.Cluster(seed, voters: 3, standby: 0);
        var moved = leads ? cluster.Leader! : cluster.Nodes.First(node => node != cluster.Leader);
        moved.Kill();
        Assert.True(cluster.ElectLeader(Long));
        moved.MoveTo("n9:2379");
        moved.Start();
        Assert.True(
            cluster.Scheduler.RunUntil(() => cluster.Leader?.Loop?.Replica?.Raft.Configuration.Members.Any(member => member.PeerAddress == "n9:2379") == true, Long), cluster.Story());
        Assert.True(cluster.Converge(Long));
        foreach (var other in cluster.Nodes.Where(node => node != moved))
            other.Kill();
        foreach (var other in cluster.Nodes.Where(node => node != moved))
            other.Start();
        Assert.True(cluster.ElectLeader(Long));
        cluster.MustPut(moved, "name", "otter");
    }

    [Fact]
    public void A_node_that_moved_while_others_came_and_took_the_lead_is_found()
    {
        // Found by seed 208 of the area "members": the leader looks for it where it was, and it has never heard of the leader.
        var cluster = MemberWorld.Cluster(208, voters: 3, standby: 1);
        var moved = cluster.Nodes.First(node => node != cluster.Leader);
        cluster.Nodes[3].Start();
        cluster.Network.Isolate(moved.Host);
        cluster.Becomes("1 2 3 4");
        cluster.MustChange(cluster.Leader!, new MoveLeader("4"));
        moved.Kill();
        moved.MoveTo("n9:2379");
        cluster.Network.HealAll();
        moved.Start();
        Assert.True(cluster.Converge(Long), cluster.Story());
        Assert.Equal("4", cluster.Leader!.Label);
    }

    [Fact]
    public void A_node_that_moved_finds_the_leader_that_began_anew_at_the_address_of_another_member()
    {
        // Found by seed 23200182: it goes on looking there for the node that it knew.
        var cluster = MemberWorld.Cluster(23200182, voters: 5, standby: 0);
        var (moved, renewed) = (cluster.Nodes.First(node => node != cluster.Leader), cluster.Nodes.Last(node => node != cluster.Leader));
        cluster.Network.Isolate(moved.Host);
        renewed.Kill();
        renewed.Wipe();
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(5));
        cluster.MustChange(cluster.Leader!, new ReplaceMember(renewed.Label));
        renewed.Start();
        cluster.Becomes("1 2 3 4 5");
        cluster.MustChange(cluster.Leader!, new MoveLeader(renewed.Label));
        moved.Kill();
        moved.MoveTo("n9:2379");
        cluster.Network.HealAll();
        moved.Start();
        Assert.True(cluster.Converge(Long), cluster.Story());
        Assert.Equal(renewed.Label, cluster.Leader!.Label);
    }

    [Fact]
    public void A_node_that_moved_finds_the_cluster_where_all_others_began_anew_at_their_addresses()
    {
        // Found by seed 116 of the area "members": nobody is left whom it knows, and nobody knows where it is.
        var cluster = MemberWorld.Cluster(116, voters: 5, standby: 0);
        var moved = cluster.Nodes.First(node => node != cluster.Leader);
        cluster.Network.Isolate(moved.Host);
        foreach (var renewed in cluster.Nodes.Where(node => node != moved))
        {
            renewed.Kill();
            renewed.Wipe();
            cluster.Scheduler.RunFor(TimeSpan.FromSeconds(5));
            Assert.True(cluster.Scheduler.RunUntil(() => cluster.Leader is { IsUp: true } leader && leader != renewed, Long), cluster.Story());
            cluster.MustChange(cluster.Leader!, new ReplaceMember(renewed.Label));
            renewed.Start();
            cluster.Becomes("1 2 3 4 5");
        }

        moved.Kill();
        moved.MoveTo("n9:2379");
        cluster.Network.HealAll();
        moved.Start();
        Assert.True(cluster.Converge(Long), cluster.Story());
    }

    [Fact]
    public void All_addresses_may_change_at_once_where_the_lists_say_the_new_ones()
    {
        string[] later = ["n7:2379", "n8:2379", "n9:2379"];
        var cluster = MemberWorld.Cluster(3, voters: 3, standby: 0);
        foreach (var node in cluster.Nodes)
            node.Kill();
        foreach (var (node, address) in cluster.Nodes.Zip(later))
        {
            node.MoveTo(address);
            node.ListPeers(later);
            node.Start();
        }

        Assert.True(cluster.ElectLeader(Long), cluster.Story());
        Assert.True(cluster.Scheduler.RunUntil(() => later.All(address => cluster.Leader?.Loop?.Replica?.Raft.Configuration.Members.Any(member => member.PeerAddress == address) == true), Long));
    }

    [Fact]
    public void A_member_that_was_added_at_the_wrong_address_is_looked_for_at_the_right_one()
    {
        var cluster = MemberWorld.Cluster(12, voters: 3, standby: 1);
        var asked = cluster.Nodes.Take(3).First(node => node != cluster.Leader);
        var added = cluster.MustChange(asked, new AddMember("nowhere:2379"));
        var moved = cluster.MustChange(asked, new MoveMember(added.Member.ToString(), "n4:2379"));
        Assert.Equal((true, added.Member), (moved.Changed, moved.Member));
        Assert.False(cluster.MustChange(asked, new MoveMember(added.Member.ToString(), "n4:2379")).Changed);
        cluster.Nodes[3].Start();
        cluster.Becomes("1 2 3 4");
    }

    [Fact]
    public void M13_what_would_hurt_is_refused_and_says_why()
    {
        var cluster = MemberWorld.Cluster(9, voters: 3, standby: 1);
        var leader = cluster.Leader!;
        var others = cluster.Nodes.Take(3).Where(node => node != leader).ToArray();
        Refused(new AddMember("n4"), LutraError.InvalidArgument, "the port is missing");
        Refused(new AddMember("n4:2379", "-"), LutraError.InvalidArgument, "is no id");
        Refused(new AddMember("n4:2379", "1"), LutraError.MemberExists, "Id 1 belongs to the member at n1:2379");
        Refused(new AddMember("n1:2379", "4"), LutraError.MemberExists, "The address n1:2379 belongs to member 1");
        Refused(new RemoveMember("otter"), LutraError.MemberNotFound, "the members are 1, 2, 3");
        Refused(new PromoteMember("otter"), LutraError.MemberNotFound, "There is no member 'otter'");
        Refused(new MoveLeader("otter"), LutraError.MemberNotFound, "There is no member 'otter'");
        Refused(new ReplaceMember("1"), LutraError.ChangeRefused, "Member 1 is up");
        Refused(new MoveMember(others[0].Label, "n4:2379"), LutraError.ChangeRefused, "is up, and says itself where it is");
        Refused(new MoveMember("1", "n2:2379"), LutraError.MemberExists, "belongs to member 2");
        Refused(new MoveMember("1", "n4"), LutraError.InvalidArgument, "the port is missing");
        Refused(new MoveMember("otter", "n4:2379"), LutraError.MemberNotFound, "There is no member 'otter'");
        Refused(new ReplaceMember("1", "n2:2379"), LutraError.MemberExists, "belongs to member 2");
        Refused(new ReplaceMember("1", "n4:2379", "1"), LutraError.MemberExists, "in use until the new node has taken over");
        cluster.MustChange(leader, new AddMember("n4:2379", "4", Promotion: MemberPromotion.Manual));
        Refused(new PromoteMember("4"), LutraError.ChangeRefused, "has never started");
        Refused(new MoveLeader("4"), LutraError.ChangeRefused, "only a voter can lead");
        others[0].Kill();
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(3));
        Refused(new RemoveMember(others[1].Label), LutraError.ChangeRefused, "only 1 of its 2 voters answer");
        cluster.MustChange(leader, new RemoveMember(others[0].Label));
        cluster.MustChange(leader, new RemoveMember(others[1].Label));
        Refused(new RemoveMember(leader.Label), LutraError.ChangeRefused, "is the last voter");

        void Refused(MemberChange change, LutraError error, string why)
        {
            var before = cluster.Members();
            var answer = cluster.Change(leader, change);
            Assert.Equal(error, answer.Error);
            Assert.Contains(why, answer.Message, StringComparison.Ordinal);
            Assert.Equal(before, cluster.Members());
        }
    }

    [Fact]
    public void Without_a_majority_a_change_waits_and_then_says_that_it_may_or_may_not_be_done()
    {
        var cluster = MemberWorld.Cluster(10, voters: 3, standby: 1);
        foreach (var other in cluster.Nodes.Take(3).Where(node => node != cluster.Leader))
            other.Kill();
        var answer = cluster.Change(cluster.Leader!, new AddMember("n4:2379"));
        Assert.Equal(LutraError.OutcomeUnknown, answer.Error);
        Assert.Equal(LutraError.Unavailable, cluster.Change(cluster.Nodes.First(node => node.IsUp), new AddMember("n5:2379")).Error);
    }

    [Fact]
    public void Many_changes_at_once_are_done_one_after_the_other()
    {
        var cluster = MemberWorld.Cluster(11, voters: 3, standby: 0);
        var answers = new List<MemberAnswer>();
        for (var number = 10; number < 40; number++)
            cluster.Nodes[number % 3].Requests.Change(new AddMember($"n{number}:2379", $"{number}"), answers.Add);
        Assert.True(cluster.Scheduler.RunUntil(() => answers.Count == 30, Long));
        Assert.All(answers, answer => Assert.Null(answer.Error));
        Assert.Equal(33, cluster.Leader!.Loop!.Replica!.Raft.Configuration.Members.Length);
        cluster.MustPut(cluster.Nodes[0], "name", "otter");
    }

    [Fact]
    public void A_change_whose_leader_dies_is_done_by_the_next_one()
    {
        for (var seed = 20ul; seed < 40; seed++)
        {
            var cluster = MemberWorld.Cluster(seed, voters: 5, standby: 0);
            var leader = cluster.Leader!;
            var asked = cluster.Nodes.First(node => node != leader);
            var gone = cluster.Nodes.Last(node => node != leader && node != asked);
            MemberAnswer? answer = null;
            asked.Requests.Change(new RemoveMember(gone.Label), ended => answer = ended);
            cluster.Scheduler.RunFor(TimeSpan.FromMilliseconds(seed - 20));
            leader.Kill();
            Assert.True(cluster.Scheduler.RunUntil(() => answer is not null, Long));
            Assert.True(answer!.Error is null, $"seed {seed}: {answer.Error} {answer.Message}");
            Assert.True(cluster.ElectLeader(Long));
            Assert.Equal(4, cluster.Leader!.Loop!.Replica!.Raft.Configuration.Members.Length);
        }
    }

    [Fact]
    public void A_node_that_is_asked_to_remove_itself_answers_though_the_leader_cannot_reach_it_any_more()
    {
        var cluster = MemberWorld.Cluster(11, voters: 3, standby: 0);
        var leader = cluster.Leader!;
        var asked = cluster.Nodes.First(node => node != leader);
        MemberAnswer? answer = null;
        asked.Requests.Change(new RemoveMember(asked.Label), ended => answer = ended);

        // What the leader says does not arrive; what it is told does, so that the change is done.
        cluster.Network.Cut(leader.Host, asked.Host);
        Assert.True(cluster.Scheduler.RunUntil(() => answer is not null || !asked.IsUp, Long), cluster.Story());
        Assert.Null(answer!.Error);
        Assert.DoesNotContain(answer.Members.Members, member => member.Label == asked.Label);
        Assert.True(cluster.Scheduler.RunUntil(() => !asked.IsUp, Long));
    }
}
