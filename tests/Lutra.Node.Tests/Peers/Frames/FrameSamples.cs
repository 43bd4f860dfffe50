using Lutra.Node.Formation;
using Lutra.Node.Leases;
using Lutra.Node.Members;
using Lutra.Node.Peers;
using Lutra.Raft;

namespace Lutra.Node.Tests.Peers.Frames;

/// <summary>One frame of every kind, filled at random, between the nodes <see cref="From"/> and <see cref="To"/>.</summary>
internal sealed class FrameSamples(Random random)
{
    public static readonly NodeId From = new(1);
    public static readonly NodeId To = new(2);

    public IEnumerable<PeerFrame> All()
    {
        yield return Raft(new PreVoteRequest(From, To, Term(), Position()));
        yield return Raft(new PreVoteReply(From, To, Term(), Flag()));
        yield return Raft(new VoteRequest(From, To, Term(), Position(), Flag()));
        yield return Raft(new VoteReply(From, To, Term(), Flag()));
        yield return Raft(new TimeoutNow(From, To, Term(), Index()));
        yield return Raft(Append());
        yield return Raft(new AppendAccepted(From, To, Term(), Index(), Number()));
        yield return Raft(new AppendRejected(From, To, Term(), Index(), Position(), Number()));
        yield return Raft(new Heartbeat(From, To, Term(), Index(), Number()));
        yield return Raft(new HeartbeatReply(From, To, Term(), Number()));
        yield return Raft(new SnapshotOffer(From, To, Term(), Position(), Configuration()));
        yield return Raft(new ReadIndexRequest(From, To, Term(), Number()));
        yield return Raft(new ReadIndexReply(From, To, Term(), Number(), Flag() ? Index() : null));
        yield return new ProposeFrame(Number(), Term(), Many(() => (ReadOnlyMemory<byte>)Bytes()));
        yield return new ProposeReplyFrame(Number(), Many(Result));
        yield return new LeaseFrame(Number(), Many(() => new LeaseQuestion(random.NextInt64(), Flag())));
        yield return new LeaseReplyFrame(Number(), Many(LeaseAnswerOf));
        foreach (var change in Changes())
            yield return new MemberChangeFrame(Number(), Flag(), change);
        yield return new MemberAnswerFrame(Number(), MemberAnswer.Refuse((LutraError)random.Next(18), Text()));
        yield return new MemberAnswerFrame(Number(), new MemberAnswer(null, null, new MemberId(Number()), Flag(), Flag() ? To : null, Index(), Configuration()));
        yield return new RoomFrame(Flag());
        yield return new FormationFrame(new DraftStored(new Ballot(Number(), new NodeId(Number()))));
        yield return new TransferBeginFrame(Number(), Term(), Position(), Configuration(), Many(File));
        yield return new TransferChunkFrame(Number(), random.Next(100), random.NextInt64(), Bytes());
        yield return new TransferWantedFrame(Number(), random.Next(100), random.NextInt64());
        yield return new TransferEndedFrame(Number(), Text());
    }

    private IEnumerable<MemberChange> Changes()
    {
        yield return new AddMember(Text(), Maybe(), Maybe(), (MemberPromotion)random.Next(2));
        yield return new RemoveMember(Text());
        yield return new PromoteMember(Text());
        yield return new ReplaceMember(Text(), Maybe(), Maybe(), Maybe());
        yield return new MoveLeader(Maybe());
        yield return new MoveMember(Text(), Text());
        yield return new AdmitNode(From, Text(), Flag(), Text(), Text(), Index());
    }

    private string? Maybe() => Flag() ? Text() : null;

    public AppendRequest Append()
    {
        var previous = new LogPosition(new LogIndex((ulong)random.NextInt64()), Term());
        var index = previous.Index;
        var entries = Many(() => new Entry(index = index.Next, Term(), (EntryKind)random.Next(1, 4), Bytes()));
        return new AppendRequest(From, To, Term(), previous, entries, Index(), Number());
    }

    public Hello Hello()
    {
        var stage = (FormationStage)random.Next(1, 4);
        return new Hello(
            PeerProtocol.Min, PeerProtocol.Max, Text(), stage == FormationStage.Begun ? new ClusterId(new UInt128(Number(), Number())) : null,
            new NodeId(1 + (Number() >> 1)), Flag() ? new NodeId(Number()) : null, Text(), Flag(), Number(), Text(), Text(), stage, Many(Text), Index())
        {
            BaseState = new UInt128(Number(), Number()),
            Opened = new OpenedLog(Term(), Index()),
            Run = Number(),
        };
    }

    private static RaftFrame Raft(Message message) => new(message);

    private bool Flag() => random.Next(2) == 1;

    // Small numbers, large ones, and the edges of varints.
    private ulong Number() => (ulong)random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);

    private Term Term() => new(Number());

    private LogIndex Index() => new(Number());

    private LogPosition Position() => new(Index(), Term());

    private byte[] Bytes()
    {
        var bytes = new byte[random.Next(4) == 0 ? 0 : random.Next(300)];
        random.NextBytes(bytes);
        return bytes;
    }

    private string Text() => new([.. Enumerable.Range(0, random.Next(12)).Select(_ => (char)random.Next(' ', 0x800))]);

    private ForwardResult Result() => Flag() ? default : new ForwardResult((LutraError)random.Next(14), Flag() ? Text() : null);

    private LeaseAnswer LeaseAnswerOf() =>
        Flag() ? LeaseAnswer.Left(random.NextInt64(), random.NextInt64()) : new LeaseAnswer((LutraError)random.Next(15), Text(), 0, 0);

    private TransferFile File() => new(Number(), random.NextInt64(), (uint)random.NextInt64(uint.MaxValue));

    private Configuration Configuration() => new(
        Enumerable.Range(1, random.Next(2, 5)).Select(place => new Member(
            new MemberId((ulong)place), new NodeId((ulong)place + 10), $"label {place}", $"h{place}:1", $"h{place}:2", (MemberRole)random.Next(1, 3))),
        Flag() ? [new NodeId(11), new NodeId(12)] : []);

    private T[] Many<T>(Func<T> one) => [.. Enumerable.Range(0, random.Next(6)).Select(_ => one())];
}
