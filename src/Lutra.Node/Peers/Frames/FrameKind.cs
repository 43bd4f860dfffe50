namespace Lutra.Node.Peers.Frames;

/// <summary>The first byte of a frame's body. The numbers are on the wire; 0 is never valid, and a number is never used again for something else.</summary>
internal enum FrameKind : byte
{
    Hello = 1,
    Refused = 2,
    Ping = 3,
    Pong = 4,

    PreVoteRequest = 16,
    PreVoteReply = 17,
    VoteRequest = 18,
    VoteReply = 19,
    TimeoutNow = 20,
    AppendRequest = 21,
    AppendAccepted = 22,
    AppendRejected = 23,
    Heartbeat = 24,
    HeartbeatReply = 25,
    SnapshotOffer = 26,
    ReadIndexRequest = 27,
    ReadIndexReply = 28,

    Propose = 40,
    ProposeReply = 41,
    Room = 42,
    Formation = 43,
    Lease = 44,
    LeaseReply = 45,
    MemberChange = 46,
    MemberAnswer = 47,

    TransferBegin = 48,
    TransferChunk = 49,
    TransferWanted = 50,
    TransferEnded = 51,
}
