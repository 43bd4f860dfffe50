using Lutra.Node.Formation;
using Lutra.Raft;

namespace Lutra.Node.Identity;

/// <summary>What a data folder knows about its node: who it is, and whether it belongs to a cluster.</summary>
/// <param name="Node">Drawn at the folder's first start and never used again (pitfall D11).</param>
/// <param name="ClusterName">The name given with <c>--cluster</c> at the first start.</param>
/// <param name="Boots">How often the folder was started, this time included; raised on disk before the node says a word.</param>
/// <param name="BaseState">
/// With which state the node began: 0 with an empty one, else a number that names the state it was restored from. Nodes that begin a cluster together must have the same.
/// </param>
internal sealed record NodeIdentity(NodeId Node, Label Label, string ClusterName, ulong Boots, FormationRecord Formation, UInt128 BaseState = default);
