using Lutra.Raft;

namespace Lutra.Node.Peers;

/// <summary>An address to keep connected.</summary>
/// <param name="Address">As <see cref="INetwork.Dial"/> takes it.</param>
/// <param name="Node">Who must answer there; null: whoever answers (a listed address before there is a cluster, an unbound member).</param>
internal sealed record PeerTarget(string Address, NodeId? Node);
