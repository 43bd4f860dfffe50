using Lutra.Raft;

namespace Lutra.Node.Members;

/// <summary>A node that belongs to no cluster asks to be taken in, as it is: added, or bound to the place that is kept for it.</summary>
/// <param name="AsOf">
/// Up to here in the log it had never been a member when it asked. One that was a member since has been removed, and is gone: what it asked before came late.
/// </param>
internal sealed record AdmitNode(NodeId Node, string Label, bool LabelGiven, string PeerAddress, string ClientAddress, LogIndex AsOf) : MemberChange;

/// <summary>Leadership goes to this voter; null: to whoever is furthest. No change of members, and treated like one on its way to the leader.</summary>
internal sealed record MoveLeader(string? To) : MemberChange;

/// <summary>Others are to look for this member elsewhere: one that is up says itself where it is, and needs nobody to say it.</summary>
internal sealed record MoveMember(string Member, string PeerAddress) : MemberChange;
