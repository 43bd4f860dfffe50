using Lutra.Node.Identity;
using Lutra.Raft;

namespace Lutra.Node.Formation;

/// <summary>This node, and what it was told about its cluster.</summary>
/// <param name="PeerAddress">Where peers reach it; goes into the configuration.</param>
/// <param name="ClientAddress">Where clients reach it; goes into the configuration.</param>
/// <param name="LabelGiven">The label was chosen by a person, not the default.</param>
/// <param name="Join">Started with <c>--join</c>.</param>
internal sealed record FormationSelf(NodeId Node, Label Label, string PeerAddress, string ClientAddress, PeerList Peers, bool Join, bool LabelGiven = true)
{
    /// <summary>The state that this node begins with; <see cref="NodeIdentity.BaseState"/>.</summary>
    public UInt128 BaseState { get; init; }
}
