using Lutra.Node.Formation;
using Lutra.Node.Leases;
using Lutra.Node.Members;
using Lutra.Raft;

namespace Lutra.Node.Peers;

/// <summary>All that one node can say to another after the <see cref="Hello"/>, on one page.</summary>
public abstract record PeerFrame;

/// <summary>From one consensus core to another.</summary>
public sealed record RaftFrame(Message Message) : PeerFrame;

/// <summary>
/// Commands for the leader to append, taken by a node that does not lead. One hop: a receiver that does not lead in <paramref name="Term"/> refuses
/// (pitfall C05). Answered by one <see cref="ProposeReplyFrame"/>.
/// </summary>
public sealed record ProposeFrame(ulong Request, Term Term, IReadOnlyList<ReadOnlyMemory<byte>> Commands) : PeerFrame;

/// <summary>For each command of the request, in order, what became of it at the leader.</summary>
public sealed record ProposeReplyFrame(ulong Request, IReadOnlyList<ForwardResult> Results) : PeerFrame;

/// <summary>Null: appended. Else the leader certainly did not append it, and why.</summary>
public readonly record struct ForwardResult(LutraError? Error, string? Message);

/// <summary>Questions about leases, for the leader. Answered by one <see cref="LeaseReplyFrame"/>.</summary>
public sealed record LeaseFrame(ulong Request, IReadOnlyList<LeaseQuestion> Questions) : PeerFrame
{
    /// <summary>The most that one frame holds.</summary>
    public const int QuestionsMax = 4096;
}

/// <summary>For each question of the request, in order, what the leader says.</summary>
public sealed record LeaseReplyFrame(ulong Request, IReadOnlyList<LeaseAnswer> Answers) : PeerFrame;

/// <summary>A change of members, for the leader. Answered by one <see cref="MemberAnswerFrame"/>.</summary>
/// <param name="IsRepeated">It was asked for before.</param>
public sealed record MemberChangeFrame(ulong Request, bool IsRepeated, MemberChange Change) : PeerFrame;

/// <summary>What became of it.</summary>
internal sealed record MemberAnswerFrame(ulong Request, MemberAnswer Answer) : PeerFrame;

/// <summary>The sender's disk has room for more log, or not: a full leader hands over to a peer that has.</summary>
public sealed record RoomFrame(bool HasRoom) : PeerFrame;

/// <summary>A word of creating or joining a cluster.</summary>
public sealed record FormationFrame(FormationMessage Message) : PeerFrame;

/// <summary>The state at <paramref name="Position"/> follows, as these table files. Goes with the core's <see cref="SnapshotOffer"/>.</summary>
public sealed record TransferBeginFrame(
    ulong Transfer, Term Term, LogPosition Position, Configuration Configuration, IReadOnlyList<TransferFile> Files) : PeerFrame;

/// <summary>Bytes of one of the files, in order.</summary>
public sealed record TransferChunkFrame(ulong Transfer, int File, long OffsetBytes, ReadOnlyMemory<byte> Bytes) : PeerFrame;

/// <summary>The receiver has everything before this place and wants what follows; (file count, 0) when it has all. Also resumes a transfer that broke off.</summary>
public sealed record TransferWantedFrame(ulong Transfer, int File, long OffsetBytes) : PeerFrame;

/// <summary>Either side gives the transfer up.</summary>
public sealed record TransferEndedFrame(ulong Transfer, string Reason) : PeerFrame;

public sealed record TransferFile(ulong Number, long LengthBytes, uint Checksum);
