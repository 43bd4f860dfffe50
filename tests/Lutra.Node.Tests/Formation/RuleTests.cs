using Lutra.Node.Formation;
using Lutra.Node.Peers;
using Lutra.Raft;

namespace Lutra.Node.Tests.Formation;

/// <summary>The rules of creating a cluster, one at a time.</summary>
public sealed class RuleTests
{
    private const string List = "1=localhost:3001,2=localhost:3002,3=localhost:3003";

    [Fact]
    public void The_smallest_label_drafts_and_begins_once_all_have_stored_it()
    {
        var one = new Subject(1, List);
        one.Hears(2);
        one.Hears(3);
        one.GetsRoll(2, 1, 2, 3);
        Assert.Null(one.Writing);
        one.GetsRoll(3, 1, 2, 3);
        var draft = Assert.IsType<Drafted>(one.Writing).Draft;
        Assert.Equal(["1", "2", "3"], draft.Configuration.Members.Select(member => member.Label).Order());
        Assert.DoesNotContain(one.Said(), send => send.Message is DraftOffer);

        one.FinishWrite();
        Assert.Equal([2UL, 3UL], one.Said().Where(send => send.Message is DraftOffer).Select(send => send.To.Value));
        one.Gets(2, new DraftStored(draft.Ballot));
        Assert.Null(one.Writing);
        one.Gets(3, new DraftStored(draft.Ballot));
        Assert.Equal(new Begun(draft), one.Writing);
        Assert.Null(one.Formation.Outcome);
        Assert.DoesNotContain(one.Said(), send => send.Message is ClusterBegun);

        one.FinishWrite();
        Assert.Equal([2UL, 3UL], one.Said().Where(send => send.Message is ClusterBegun).Select(send => send.To.Value));
        Assert.Equal(draft.Cluster, Assert.IsType<ClusterFound>(one.Formation.Outcome).Cluster);
    }

    [Fact]
    public void A_draft_is_acknowledged_when_it_is_durable_and_gives_no_cluster()
    {
        var two = Hearing(new Subject(2, List));
        two.Said();
        var draft = Subject.DraftOf(1, 1, 1, 2, 3);
        two.Gets(1, new DraftOffer(draft));
        Assert.DoesNotContain(two.Said(), send => send.Message is DraftStored);
        two.FinishWrite();
        Assert.Contains(new FormationSend(new NodeId(1), new DraftStored(draft.Ballot)), two.Said());
        Assert.Null(two.Formation.Outcome);
        Assert.Equal(FormationStage.Drafted, two.Formation.Stage);

        two.Gets(1, new ClusterBegun(draft));
        Assert.Null(two.Formation.Outcome);
        two.FinishWrite();
        Assert.IsType<ClusterFound>(two.Formation.Outcome);
    }

    [Fact]
    public void After_a_restart_a_node_goes_on_with_its_draft_and_does_not_take_part()
    {
        var draft = Subject.DraftOf(1, 1, 1, 2, 3);
        var one = new Subject(1, List, new Drafted(draft));
        Assert.Null(one.Formation.Outcome);
        one.Hears(2);
        one.Hears(3);
        one.GetsRoll(2, draft.Ballot, 1, 2, 3);
        one.GetsRoll(3, 1, 2, 3);
        Assert.Equal("client:1", draft.Configuration.Members[0].ClientAddress);
        one.Ticks();
        Assert.Null(one.Writing);
        Assert.Equal([2UL, 3UL], one.Said().Where(send => send.Message is DraftOffer offer && offer.Draft == draft).Select(send => send.To.Value));
    }

    [Fact]
    public void A_node_with_a_draft_and_no_list_goes_on_with_the_draft_and_makes_no_cluster_of_its_own()
    {
        var two = new Subject(2, "", new Drafted(Subject.DraftOf(1, 1, 1, 2, 3)));
        Assert.Null(two.Writing);
        Assert.Equal(["localhost:3001", "localhost:3003"], two.Formation.Targets);
    }

    [Fact]
    public void A_member_that_was_wiped_voids_a_draft_that_has_not_begun()
    {
        var old = Subject.DraftOf(1, 1, 1, 2, 3);
        var one = new Subject(1, List, new Drafted(old));
        one.Hears(2);
        one.Hears(13);
        one.GetsRoll(2, old.Ballot, 1, 2, 13);
        one.GetsRoll(13, 1, 2, 13);
        var draft = Assert.IsType<Drafted>(one.Writing).Draft;
        Assert.True(draft.Ballot > old.Ballot);
        Assert.NotEqual(old.Cluster, draft.Cluster);
        Assert.NotNull(draft.MemberOf(new NodeId(13)));
    }

    [Fact]
    public void A_draft_is_given_up_for_a_newer_one_and_its_begin_is_then_ignored()
    {
        var two = new Subject(2, List, new Drafted(Subject.DraftOf(1, 1, 1, 2, 3)));
        two.Hears(1);
        two.Hears(11);
        two.Hears(3);
        two.Gets(11, new DraftOffer(Subject.DraftOf(2, 11, 11, 2, 3)));
        two.FinishWrite();
        two.Gets(1, new ClusterBegun(Subject.DraftOf(1, 1, 1, 2, 3)));
        Assert.Null(two.Writing);
        Assert.Null(two.Formation.Outcome);
    }

    [Fact]
    public void A_draft_that_is_not_newer_is_not_stored()
    {
        var two = Hearing(new Subject(2, List, new Drafted(Subject.DraftOf(5, 1, 1, 2, 3))));
        two.Gets(1, new DraftOffer(Subject.DraftOf(4, 1, 1, 2, 3)));
        Assert.Null(two.Writing);
    }

    [Theory]
    [InlineData(1, new ulong[] { 1, 2 })]
    [InlineData(1, new ulong[] { 1, 2, 3, 4 })]
    [InlineData(3, new ulong[] { 1, 2, 3 })]
    public void Only_the_smallest_label_s_draft_of_the_same_nodes_is_stored(ulong drafter, ulong[] nodes)
    {
        var two = Hearing(new Subject(2, List));
        two.Gets(drafter, new DraftOffer(Subject.DraftOf(1, drafter, nodes)));
        Assert.Null(two.Writing);
    }

    [Fact]
    public void A_member_of_the_newer_draft_that_belongs_to_an_older_cluster_shows_that_the_newer_cannot_begin()
    {
        // 1 began, told 3, and was wiped; 2 had stored the draft of the wiped one by then. 3 refuses that draft for good.
        var old = Subject.DraftOf(1, 1, 1, 2, 3);
        var two = new Subject(2, List, new Drafted(Subject.DraftOf(2, 11, 11, 2, 3)));
        two.Hears(11);
        two.Hears(3, FormationStage.Begun);
        two.Gets(3, new ClusterBegun(old));
        Assert.Equal(new Begun(old), two.Writing);
    }

    [Fact]
    public void One_that_joined_is_told_who_was_a_member_by_then_and_looks_for_them()
    {
        // Member 1 has moved since the cluster was created.
        var created = Subject.DraftOf(1, 1, 1, 2, 3);
        var joined = new Configuration([.. created.Configuration.Members.Select(member => member.Label == "1" ? member with { PeerAddress = "elsewhere:1" } : member), .. Subject.DraftOf(1, 1, 5).Configuration.Members], []);
        var at = new LogIndex(7);

        // Both were started again: 2 has seen those members committed, 5 only wrote down that it joined then.
        var two = new Subject(2, List, new Begun(created));
        two.Formation.Committed(at, joined);
        var five = new Subject(5, "2=localhost:3002,5=localhost:3005", new Begun(created, at), join: true);
        Assert.Empty(five.Formation.LaterMembers);
        two.Formation.Heard(null, Subject.HelloOf(5, FormationStage.Begun) with { Cluster = created.Cluster, ConfigurationIndex = at });
        five.Formation.Heard("localhost:3002", Subject.HelloOf(2, FormationStage.Begun) with { Cluster = created.Cluster, ConfigurationIndex = at });

        two.TicksFor(2000);
        var said = Assert.Single(two.Said(), send => send.Message is ClusterBegun).Message;
        five.Gets(2, said);
        Assert.Contains(five.Formation.LaterMembers, member => member.PeerAddress == "elsewhere:1");
        Assert.Null(five.Formation.Removed);

        five.Formation.Committed(at, joined);
        Assert.Empty(five.Formation.LaterMembers);
    }

    [Fact]
    public void A_begun_cluster_wins_over_creating_one()
    {
        var one = new Subject(1, List);
        one.Hears(2);
        one.Hears(3, FormationStage.Begun);
        one.GetsRoll(2, 1, 2, 3);
        one.GetsRoll(3, 1, 2, 3);
        Assert.Null(one.Writing);
        Assert.Contains("belongs to a cluster that has begun", one.Waiting, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_that_has_begun_tells_those_that_have_not_and_stores_no_draft()
    {
        var begun = Subject.DraftOf(1, 1, 1, 2, 3);
        var two = new Subject(2, List, new Begun(begun));
        Assert.IsType<ClusterFound>(two.Formation.Outcome);
        two.Hears(11);
        Assert.Contains(new FormationSend(new NodeId(11), new ClusterBegun(begun)), two.Said());
        two.Hears(3);
        two.Said();
        two.Gets(11, new DraftOffer(Subject.DraftOf(9, 11, 11, 2, 3)));
        Assert.Null(two.Writing);
        Assert.Equal([new FormationSend(new NodeId(11), new ClusterBegun(begun))], two.Said());
    }

    [Fact]
    public void N02_a_node_that_has_begun_never_creates_again()
    {
        var one = new Subject(1, "", new Begun(Subject.DraftOf(1, 1, 1, 2, 3)));
        Assert.Null(one.Writing);
        Assert.Equal(3, Assert.IsType<ClusterFound>(one.Formation.Outcome).Initial.Voters.Count);
    }

    [Fact]
    public void Alone_a_node_makes_a_cluster_of_one_in_one_durable_step()
    {
        var one = new Subject(1, "");
        Assert.IsType<Begun>(one.Writing);
        Assert.Null(one.Formation.Outcome);
        one.FinishWrite();
        var found = Assert.IsType<ClusterFound>(one.Formation.Outcome);
        Assert.Equal([new NodeId(1)], found.Initial.Voters);
    }

    [Fact]
    public void With_join_and_without_peers_a_node_waits_to_be_invited()
    {
        var four = new Subject(4, "", join: true);
        Assert.Null(four.Writing);
        Assert.Contains("Waiting to be invited", four.Waiting, StringComparison.Ordinal);
        four.Formation.Heard(null, Subject.HelloOf(1, FormationStage.Begun));
        four.Gets(1, new ClusterBegun(Subject.DraftOf(1, 1, 1, 2, 3)));
        Assert.Null(four.Formation.Outcome);
    }

    [Fact]
    public void D11_a_node_wiped_after_its_cluster_began_stops_and_says_what_to_do()
    {
        var three = new Subject(13, "1=localhost:3001,2=localhost:3002", label: "3");
        three.Hears(1, FormationStage.Begun);
        three.Gets(1, new ClusterBegun(Subject.DraftOf(1, 1, 1, 2, 3)));
        three.TicksFor(Joining.PatienceMs + ClusterFormation.RepeatMs);
        var message = Assert.IsType<Stopped>(three.Formation.Outcome).Message;
        Assert.Contains("id 3 is bound to another data folder (node 3)", message, StringComparison.Ordinal);
        Assert.Contains("lutra member replace 3", message, StringComparison.Ordinal);
        Assert.Null(three.Writing);
    }

    [Fact]
    public void A_node_that_the_found_cluster_does_not_list_stops_and_says_how_to_join()
    {
        var four = new Subject(4, "1=localhost:3001");
        four.Hears(1, FormationStage.Begun);
        four.Gets(1, new ClusterBegun(Subject.DraftOf(1, 1, 1, 2, 3)));
        four.TicksFor(Joining.PatienceMs);
        Assert.Null(four.Formation.Outcome);
        four.TicksFor(ClusterFormation.RepeatMs);
        var message = Assert.IsType<Stopped>(four.Formation.Outcome).Message;
        Assert.Contains("At localhost:3001 there is a cluster", message, StringComparison.Ordinal);
        Assert.Contains("1 at localhost:3001, 2 at localhost:3002, 3 at localhost:3003", message, StringComparison.Ordinal);
        Assert.Contains("start it with --join", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cluster_that_nobody_listed_here_stops_nobody()
    {
        var four = new Subject(4, "5=localhost:3005");
        four.Formation.Heard(null, Subject.HelloOf(1, FormationStage.Begun));
        four.Gets(1, new ClusterBegun(Subject.DraftOf(1, 1, 1, 2, 3)));
        Assert.Null(four.Formation.Outcome);
    }

    [Fact]
    public void What_a_lost_connection_said_no_longer_counts()
    {
        var one = new Subject(1, List);
        one.Hears(2);
        one.Hears(3);
        one.GetsRoll(3, 1, 2, 3);
        one.Formation.Lost(new NodeId(3));
        one.GetsRoll(2, 1, 2, 3);
        Assert.Null(one.Writing);
        Assert.Contains("Waiting for 3 at localhost:3003: it answered before", one.Waiting, StringComparison.Ordinal);
    }

    private static Subject Hearing(Subject two)
    {
        two.Hears(1);
        two.Hears(3);
        return two;
    }
}
