using Lutra.Node.Formation;

namespace Lutra.Node.Tests.Formation;

/// <summary>What people are told while a cluster cannot be created yet.</summary>
public sealed class WaitingTests
{
    private const string List = "1=localhost:3001,2=localhost:3002,3=localhost:3003";

    [Fact]
    public void It_says_who_has_not_answered_and_why()
    {
        var one = new Subject(1, List);
        one.Formation.Unreachable("localhost:3003", "connection refused\u001b[2J");
        Assert.Equal(
            ["Waiting for 2=localhost:3002: it has not answered.", "Waiting for 3=localhost:3003: it has not answered (connection refused?[2J)."],
            one.Formation.Waiting);
    }

    [Fact]
    public void It_says_for_whom_another_waits()
    {
        var one = new Subject(1, "2=localhost:3002");
        one.Hears(2);
        one.Gets(2, new Roll(default, false, [new("localhost:3001", new(1), "1"), new("localhost:3002", new(2), "2"), new("elsewhere:1", null, "")]));
        Assert.Equal("Waiting for 2 at localhost:3002, which itself waits for elsewhere:1.", one.Waiting);
    }

    [Fact]
    public void A_fourth_with_an_overlapping_list_is_told_why_it_is_not_counted()
    {
        var world = new ModelWorld(
            1,
            new Start("1", "localhost:3001", [List]),
            new Start("2", "localhost:3002", [List]),
            new Start("4", "localhost:3004", [$"{List},4=localhost:3004"]));
        world.RunFairly();
        var four = world.Nodes[2].Process!.Waiting;
        Assert.Contains(four, line => line.StartsWith("Waiting for 3=localhost:3003", StringComparison.Ordinal));
        Assert.Contains(world.Nodes[0].Process!.Waiting, line => line == "Node 4 at localhost:3004 lists this node, but is not in its --peers: it is not counted.");

        world.Nodes.Add(new ModelNode(new Start("3", "localhost:3003", [List]), new Random(3)));
        world.RunFairly(rounds: 1);
        world.RunFairly();
        Assert.All([world.Nodes[0], world.Nodes[1], world.Nodes[3]], node =>
            Assert.Equal(3, Assert.IsType<ClusterFound>(node.Process!.Outcome).Initial.Voters.Count));
        Assert.Contains("this node (4 at localhost:3004) is not among them", Assert.IsType<Stopped>(world.Nodes[2].Process!.Outcome).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_says_whose_list_differs_and_how()
    {
        var four = new Subject(4, "1=localhost:3001,2=localhost:3002,4=localhost:3004");
        four.Hears(1);
        four.Hears(2);
        four.GetsRoll(1, 1, 2, 3);
        four.GetsRoll(2, 1, 2, 4);
        Assert.Equal(
            "The --peers of 1 at localhost:3001 differ: it has 3 at localhost:3003, which this node's lacks; it lacks 4 at localhost:3004, which this node's has. Give all nodes the same list.",
            four.Waiting);
    }

    [Fact]
    public void It_says_which_two_nodes_claim_one_label()
    {
        var one = new Subject(1, "localhost:3001,localhost:3002,localhost:3003");
        one.Hears(2, label: "3");
        one.Hears(3);
        Assert.Equal("Two nodes claim id 3: node 2 at localhost:3002 and node 3 at localhost:3003. Start each with an --id of its own.", one.Waiting.Split(Environment.NewLine)[0]);
        one.GetsRoll(2, 1, 2, 3);
        one.GetsRoll(3, 1, 2, 3);
        Assert.Null(one.Writing);
    }

    [Fact]
    public void It_says_which_label_is_not_the_listed_one()
    {
        var one = new Subject(1, List);
        one.Hears(2, label: "b");
        Assert.Contains("localhost:3002 is listed as 2, but the node there has --id=b", one.Waiting, StringComparison.Ordinal);
    }

    [Fact]
    public void It_says_who_has_not_stored_the_draft_or_who_will_create()
    {
        var draft = Subject.DraftOf(1, 1, 1, 2, 3);
        var one = new Subject(1, List, new Drafted(draft));
        one.Hears(2);
        one.Hears(3);
        one.GetsRoll(2, 1, 2, 3);
        one.GetsRoll(3, 1, 2, 3);
        one.Gets(2, new DraftStored(draft.Ballot));
        Assert.Equal("All listed nodes are here; waiting until each has stored the draft of the cluster (missing: 3).", one.Waiting);

        var two = new Subject(2, List);
        two.Hears(1);
        two.Hears(3);
        two.GetsRoll(1, 1, 2, 3);
        two.GetsRoll(3, 1, 2, 3);
        Assert.Equal("All listed nodes are here; waiting for 1 at localhost:3001, which has the smallest id, to create the cluster.", two.Waiting);
    }

    [Fact]
    public void A_hello_that_makes_no_sense_is_not_believed()
    {
        var one = new Subject(1, List);
        one.Hears(2, label: "../2");
        Assert.Contains("Waiting for 2=localhost:3002: it has not answered (the node there has an impossible id", one.Waiting, StringComparison.Ordinal);
        one.Formation.Heard("localhost:3003", Subject.HelloOf(3) with { PeerAddress = "nowhere" });
        Assert.Contains("says that its own address is 'nowhere'", one.Waiting, StringComparison.Ordinal);
        one.Formation.Heard("localhost:3003", Subject.HelloOf(3) with { ClientAddress = new string('a', 301) });
        Assert.Contains("more than 300 bytes", one.Waiting, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_so_many_nodes_that_nobody_lists_are_remembered()
    {
        var one = new Subject(1, List);
        for (var node = 100UL; node < 2000; node++)
        {
            one.Formation.Heard(null, Subject.HelloOf(node));
            one.GetsRoll(node, 1, node);
        }
        Assert.InRange(one.Formation.Waiting.Length, 200, 300);
        one.Hears(2);
        Assert.DoesNotContain("Waiting for 2=localhost:3002", one.Waiting, StringComparison.Ordinal);
    }
}
