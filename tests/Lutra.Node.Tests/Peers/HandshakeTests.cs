using System.Text;
using Lutra.Node.Formation;
using Lutra.Node.Peers;
using Lutra.Node.Peers.Frames;
using Lutra.Raft;

namespace Lutra.Node.Tests.Peers;

/// <summary>Who is let in, and what the others hear (pitfall N01).</summary>
public sealed class HandshakeTests
{
    private readonly PeerWorld world = new();

    [Fact]
    public void N01_a_node_of_another_cluster_is_refused_with_both_names_and_never_heard()
    {
        var one = world.Start(1);
        var two = world.Start(2, PeerWorld.Hello(2, PeerWorld.ClusterB));
        one.SetTargets(PeerWorld.To(2));
        two.SetTargets(PeerWorld.To(1));
        world.RunFor(10);

        AssertStrangers(one, two);
        Assert.Contains(one.Events, line => line.StartsWith("unreachable n2:1: refused by the other end: This node belongs to the cluster 0", StringComparison.Ordinal));
        Assert.Contains(one.Events, line => line.Contains($"{PeerWorld.ClusterB}, not {PeerWorld.ClusterA}", StringComparison.Ordinal));
        Assert.InRange(one.Exchange.Counters.RejectedHandshakes, 1, 60);
    }

    [Fact]
    public void N01_a_cluster_of_another_name_is_refused()
    {
        var one = world.Start(1);
        var two = world.Start(2, PeerWorld.Hello(2, PeerWorld.ClusterA) with { ClusterName = "other" });
        one.SetTargets(PeerWorld.To(2));
        world.RunFor(2);
        AssertStrangers(one, two);
        Assert.Contains(one.Events, line => line.Contains("the cluster named 'other', not 'test'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(2, 3)]
    [InlineData(0, 0)]
    public void N01_a_node_that_speaks_no_common_protocol_is_refused(ushort min, ushort max)
    {
        var one = world.Start(1);
        var two = world.Start(2, PeerWorld.Hello(2, PeerWorld.ClusterA) with { ProtocolMin = min, ProtocolMax = max });
        one.SetTargets(PeerWorld.To(2));
        two.SetTargets(PeerWorld.To(1));
        world.RunFor(2);
        Assert.Equal(0, one.Count("heard"));
        Assert.Contains(two.Events, line => line.Contains($"speaks the peer protocol 1 to 1, not {min} to {max}", StringComparison.Ordinal));
    }

    [Fact]
    public void A_node_that_also_speaks_a_later_protocol_is_welcome()
    {
        var one = world.Start(1);
        world.Start(2, PeerWorld.Hello(2, PeerWorld.ClusterA) with { ProtocolMin = 1, ProtocolMax = 9 });
        one.SetTargets(PeerWorld.To(2));
        world.RunUntil(() => one.Connected.Count == 1);
    }

    [Fact]
    public void N01_another_node_at_the_address_is_refused_by_both_ends()
    {
        var one = world.Start(1);
        var two = world.Start(2);
        one.SetTargets(new PeerTarget(PeerWorld.Address(2), new NodeId(3)));
        world.RunFor(2);
        AssertStrangers(one, two);
        Assert.Contains(one.Events, line => line.Contains("Node 2 (label 2) answers at this address, not node 3", StringComparison.Ordinal));
    }

    [Fact]
    public void N01_an_end_that_does_not_check_is_checked_by_the_other()
    {
        var two = world.Start(2);
        two.SetTargets(new PeerTarget("n1:1", new NodeId(7)));
        // This end answers whatever it is asked.
        RawPeer? raw = null;
        var network = world.Fabric.Start("n1", world.Scheduler.StartProcess("raw"));
        network.Listen("n1:1", () => raw = new RawPeer(PeerWorld.Hello(1, PeerWorld.ClusterA)));
        world.RunFor(1);
        Assert.Equal(0, two.Count("heard"));
        Assert.Contains("answers at this address, not node 7", raw!.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void The_owners_verdict_reaches_the_person_at_the_other_end()
    {
        var one = world.Start(1);
        var two = world.Start(2);
        two.Verdict = hello => $"Label {hello.Label} is bound to another node: run 'lutra member rejoin'.";
        one.SetTargets(PeerWorld.To(2));
        world.RunFor(1);
        AssertStrangers(one, two);
        Assert.Contains(
            "unreachable n2:1: refused by the other end: Label 1 is bound to another node: run 'lutra member rejoin'.", one.Events);
    }

    [Fact]
    public void D11_a_copy_of_a_data_folder_is_refused_and_not_taken_for_oneself()
    {
        var one = world.Start(1);
        var copy = world.Start(2, PeerWorld.Hello(1, PeerWorld.ClusterA) with { Boots = 4, PeerAddress = "n2:1" });
        one.SetTargets(PeerWorld.ToAddress(2));
        world.RunFor(1);
        AssertStrangers(one, copy);
        Assert.Equal(0, one.Count("self"));
        Assert.Contains(one.Events, line => line.Contains("a data folder was copied", StringComparison.Ordinal));
    }

    [Fact]
    public void N01_between_nodes_without_a_common_cluster_only_words_of_formation_pass()
    {
        var one = world.Start(1);
        var fresh = world.Start(2, PeerWorld.Hello(2, cluster: null));
        one.SetTargets(PeerWorld.To(2));
        world.RunUntil(() => one.Connected.Count == 1);
        var word = new FormationFrame(new DraftStored(new Ballot(1, new NodeId(1))));
        Assert.False(one.Send(2, PeerWorld.Heartbeat(1, 2, round: 1)));
        Assert.False(one.Send(2, new RoomFrame(true)));
        Assert.True(one.Send(2, word));
        Assert.False(fresh.Send(1, PeerWorld.Heartbeat(2, 1, round: 1)));
        Assert.True(fresh.Send(1, word));
        world.RunFor(0.1);
        Assert.Equal([(one.Id, word)], fresh.Frames);
        Assert.Equal([(fresh.Id, word)], one.Frames);
    }

    [Fact]
    public void A_node_that_begins_says_so_and_may_talk_from_then_on()
    {
        var one = world.Start(1);
        var two = world.Start(2, PeerWorld.Hello(2, cluster: null));
        one.SetTargets(PeerWorld.To(2));
        world.RunUntil(() => one.Connected.Count == 1);
        two.SetHello(PeerWorld.Hello(2, PeerWorld.ClusterA));
        Assert.True(two.Send(1, PeerWorld.Heartbeat(2, 1, round: 1)));
        world.RunFor(0.1);
        Assert.Equal(["heard 2 Fresh at n2:1", "heard 2 Begun at n2:1"], one.Events);
        Assert.Single(one.Frames);
        Assert.True(one.Send(2, PeerWorld.Heartbeat(1, 2, round: 2)));
    }

    [Fact]
    public void A_node_that_begins_in_another_cluster_is_left()
    {
        var one = world.Start(1);
        var two = world.Start(2, PeerWorld.Hello(2, cluster: null));
        one.SetTargets(PeerWorld.To(2));
        world.RunUntil(() => one.Connected.Count == 1);
        two.SetHello(PeerWorld.Hello(2, PeerWorld.ClusterB));
        world.RunFor(1);
        Assert.Empty(one.Connected);
        Assert.Equal(1, one.Count("lost 2"));
    }

    [Fact]
    public void A_node_that_yields_to_another_cluster_greets_everybody_anew()
    {
        var one = world.Start(1);
        var two = world.Start(2, PeerWorld.Hello(2, PeerWorld.ClusterB));
        var three = world.Start(3, PeerWorld.Hello(3, PeerWorld.ClusterB));
        two.SetTargets(PeerWorld.To(1), PeerWorld.To(3));
        world.RunUntil(() => two.Connected.Count == 1);
        two.SetHello(PeerWorld.Hello(2, PeerWorld.ClusterA));
        world.RunFor(3);
        Assert.Equal([one.Id], two.Connected);
        Assert.Empty(three.Connected);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: n1\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003")]
    [InlineData("\u0005\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0017\u0001\u0001\u0001\u0001")]
    public void Garbage_is_hung_up_on_and_hurts_nobody(string garbage)
    {
        var one = world.Start(1);
        var two = world.Start(2);
        one.SetTargets(PeerWorld.To(2));
        world.RunFor(1);
        var raw = new RawPeer(world, from: 9, to: 1, peer => peer.Connection!.Send(Encoding.Latin1.GetBytes(garbage)));
        world.RunUntil(() => raw.Ended is not null, seconds: 1);
        Assert.Equal(1, one.Exchange.Counters.MalformedFrames);
        Assert.Equal(1, one.Count("rejected n9"));
        Assert.Equal([two.Id], one.Connected);
        Assert.Equal(0, one.Count("lost"));
    }

    [Fact]
    public void N01_frames_before_the_hello_are_never_heard()
    {
        var one = world.Start(1);
        var raw = new RawPeer(world, from: 9, to: 1, peer => peer.Say(
            writer => PeerFrameCodec.Write(writer, PeerWorld.Heartbeat(9, 1, round: 1)),
            writer => GreetingCodec.Write(writer, PeerWorld.Hello(9, PeerWorld.ClusterA))));
        world.RunUntil(() => raw.Ended is not null, seconds: 1);
        Assert.Empty(one.Frames);
        Assert.Equal(0, one.Count("heard"));
    }

    [Fact]
    public void N01_frames_right_behind_a_hello_that_is_refused_are_never_heard()
    {
        var one = world.Start(1);
        var raw = new RawPeer(world, from: 9, to: 1, peer => peer.Say(
            writer => GreetingCodec.Write(writer, PeerWorld.Hello(9, PeerWorld.ClusterB)),
            writer => PeerFrameCodec.Write(writer, PeerWorld.Heartbeat(9, 1, round: 1))));
        world.RunUntil(() => raw.Ended is not null, seconds: 2);
        Assert.Empty(one.Frames);
        Assert.Equal([FrameKind.Refused], raw.Kinds);
        Assert.Equal(0, one.Exchange.Counters.MalformedFrames);
    }

    [Fact]
    public void N01_a_fresh_node_that_sends_a_word_of_consensus_is_hung_up_on()
    {
        var one = world.Start(1);
        var raw = new RawPeer(world, from: 9, to: 1, peer => peer.Say(
            writer => GreetingCodec.Write(writer, PeerWorld.Hello(9, cluster: null)),
            writer => PeerFrameCodec.Write(writer, PeerWorld.Heartbeat(9, 1, round: 1))));
        world.RunUntil(() => raw.Ended is not null, seconds: 1);
        Assert.Empty(one.Frames);
        Assert.Equal(1, one.Exchange.Counters.MalformedFrames);
    }

    [Fact]
    public void A_peer_cannot_become_another_one()
    {
        var one = world.Start(1);
        var raw = new RawPeer(world, from: 9, to: 1, peer => peer.Say(
            writer => GreetingCodec.Write(writer, PeerWorld.Hello(9, PeerWorld.ClusterA)),
            writer => GreetingCodec.Write(writer, PeerWorld.Hello(8, PeerWorld.ClusterA))));
        world.RunUntil(() => raw.Ended is not null, seconds: 1);
        Assert.Equal(1, one.Count("heard 9"));
        Assert.Equal(0, one.Count("heard 8"));
    }

    [Fact]
    public void Who_says_nothing_is_hung_up_on_at_the_deadline()
    {
        var one = world.Start(1);
        var raw = new RawPeer(world, from: 9, to: 1, _ => { });
        world.RunFor(4.9);
        Assert.Null(raw.Ended);
        world.RunFor(0.2);
        Assert.Equal(CloseReason.Ended, raw.Ended);
        Assert.Equal(1, one.Exchange.Counters.TimedOut);
    }

    [Fact]
    public void Connections_without_a_hello_are_counted_and_the_last_ones_closed()
    {
        var one = world.Start(1, options: new PeerOptions { UngreetedMax = 3 });
        var network = world.Fabric.Start("n9", world.Scheduler.StartProcess("raw"));
        var raws = Enumerable.Range(0, 5).Select(_ => new CountingHandler()).ToArray();
        foreach (var raw in raws)
            network.Dial("n1:1", raw);
        world.RunFor(1);
        Assert.Equal(2, raws.Count(raw => raw.IsClosed));
        var two = world.Start(2);
        world.RunFor(5);
        two.SetTargets(PeerWorld.To(1));
        world.RunUntil(() => one.Connected.Count == 1);
    }

    private static void AssertStrangers(PeerNode one, PeerNode two)
    {
        Assert.Empty(one.Connected);
        Assert.Empty(two.Connected);
        Assert.Equal(0, one.Count("heard") + two.Count("heard"));
        Assert.Empty(one.Frames);
        Assert.Empty(two.Frames);
        Assert.False(one.Send(2, PeerWorld.Heartbeat(1, 2, round: 1)));
    }

    private sealed class CountingHandler : IConnectionHandler
    {
        public bool IsClosed { get; private set; }

        public void Opened(IConnection connection)
        {
            // Says nothing.
        }

        public void Received(IConnection connection, ReadOnlySpan<byte> bytes)
        {
            // Listens to nothing.
        }

        public void Sent(IConnection connection, int bytes)
        {
            // Sent nothing.
        }

        public void Closed(IConnection? connection, CloseReason reason, string message) => IsClosed = true;
    }
}
