namespace Lutra.Raft.Tests.Unit;

/// <summary>What hostile or broken peers send changes nothing and is answered by nothing.</summary>
public sealed class MessageRulesTests
{
    private static readonly NodeId Self = new(1);
    private static readonly NodeId Peer = new(2);
    private static readonly Term T1 = new(1);

    public static TheoryData<string, Message> Unsound => new()
    {
        { "for another", new Heartbeat(Peer, new NodeId(3), T1, LogIndex.Zero, 0) },
        { "from itself", new Heartbeat(Self, Self, T1, LogIndex.Zero, 0) },
        { "from nobody", new Heartbeat(new NodeId(0), Self, T1, LogIndex.Zero, 0) },
        { "of term 0", new Heartbeat(Peer, Self, Term.Zero, LogIndex.Zero, 0) },
        { "of a term at the end of numbers", new VoteRequest(Peer, Self, new Term(ulong.MaxValue), LogPosition.Zero, false) },
        { "a commit at the end of numbers", new Heartbeat(Peer, Self, T1, new LogIndex(ulong.MaxValue), 0) },
        { "a last entry of a later term", new VoteRequest(Peer, Self, T1, At(1, 2), false) },
        { "an index without a term", new VoteRequest(Peer, Self, T1, At(1, 0), false) },
        { "a term without an index", new PreVoteRequest(Peer, Self, T1, At(0, 1)) },
        { "an append with a gap", Append(At(0, 0), Command(1, 1), Command(3, 1)) },
        { "an append that does not follow", Append(At(0, 0), Command(2, 1)) },
        { "an append whose terms fall", Append(At(0, 0), Command(1, 1), Command(2, 0)) },
        { "an append of a later term", Append(At(0, 0), Command(1, 2)) },
        { "an append at the end of numbers", Append(At(ulong.MaxValue, 1), Command(0, 1)) },
        { "an unknown kind", Append(At(0, 0), Command(1, 1) with { Kind = (EntryKind)9 }) },
        { "a no-op that says something", Append(At(0, 0), Command(1, 1) with { Kind = EntryKind.Empty }) },
        { "a configuration that is none", Append(At(0, 0), Command(1, 1) with { Kind = EntryKind.Configuration }) },
        { "a state at 0", new SnapshotOffer(Peer, Self, T1, LogPosition.Zero, Configuration.Empty) },
        { "a state of a later term", new SnapshotOffer(Peer, Self, T1, At(9, 2), Configuration.Empty) },
    };

    [Theory]
    [MemberData(nameof(Unsound))]
    public void An_unsound_message_is_ignored(string what, Message message)
    {
        Assert.NotEmpty(what);
        var node = Node();
        node.Receive(message);
        Assert.True(node.TakeOutput().IsEmpty);
        Assert.Equal((Term.Zero, LogPosition.Zero, LogIndex.Zero), (node.Term, node.Last, node.Commit));
    }

    [Fact]
    public void Answers_that_nobody_asked_for_change_nothing_at_a_leader()
    {
        var world = new PerfectWorld(3);
        world.Tick(40);
        var leader = world.Leader;
        var follower = leader.Status.Followers[0];
        var (from, term) = (follower.Node, leader.Term);
        leader.Receive(new AppendAccepted(from, leader.Id, term, new LogIndex(1_000_000), 1_000_000));
        leader.Receive(new AppendRejected(from, leader.Id, term, new LogIndex(1_000_000), At(7, 1), 1_000_000));
        leader.Receive(new AppendRejected(from, leader.Id, term, LogIndex.Zero, LogPosition.Zero, 0));
        leader.Receive(new HeartbeatReply(from, leader.Id, term, ulong.MaxValue));
        leader.Receive(new HeartbeatReply(new NodeId(99), leader.Id, term, 0));
        leader.Receive(new ReadIndexReply(from, leader.Id, term, 5, new LogIndex(77)));
        leader.Receive(new TimeoutNow(from, leader.Id, term, leader.Last.Index));
        leader.RequestRead(1);
        var output = leader.TakeOutput();
        Assert.Empty(output.Reads);
        Assert.Equal(follower.Matched, leader.Status.Followers[0].Matched);
        Assert.Equal(RoleName.Leader, leader.Role);
    }

    private static RaftNode Node()
    {
        var world = new PerfectWorld(3);
        return world[1];
    }

    private static LogPosition At(ulong index, ulong term) => new(new LogIndex(index), new Term(term));

    private static Entry Command(ulong index, ulong term) =>
        new(new LogIndex(index), new Term(term), EntryKind.Command, new byte[] { 1 });

    private static AppendRequest Append(LogPosition previous, params Entry[] entries) =>
        new(Peer, Self, T1, previous, entries, LogIndex.Zero, 0);
}
