using Lutra.Raft;

namespace Lutra.Node.Formation;

/// <summary>What nodes say to each other while a cluster is created or joined. Encoded by <see cref="FormationCodec"/>.</summary>
public abstract record FormationMessage;

/// <summary>Whom the sender takes for the cluster: whoever answers at its <c>--peers</c>, and itself. Said to every peer until the sender has begun.</summary>
/// <param name="Held">The ballot of the draft that the sender holds; number 0 where it holds none.</param>
/// <param name="Settled">Every listed node was heard, and nothing speaks against the list.</param>
/// <param name="Entries">At most <see cref="Draft.MembersMax"/>.</param>
internal sealed record Roll(Ballot Held, bool Settled, IReadOnlyList<RollEntry> Entries) : FormationMessage;

/// <summary>An entry of a list.</summary>
/// <param name="Address">As it was given, or the node's own.</param>
/// <param name="Node">Who answers there; null where nobody has.</param>
/// <param name="Label">What that node calls itself; "" where nobody has answered.</param>
internal sealed record RollEntry(string Address, NodeId? Node, string Label);

/// <summary>The drafter asks to store its draft.</summary>
internal sealed record DraftOffer(Draft Draft) : FormationMessage;

/// <summary>The draft of this ballot is on the sender's disk, and the sender has given up every older one.</summary>
internal sealed record DraftStored(Ballot Ballot) : FormationMessage;

/// <summary>The sender belongs to this cluster for good: its drafter's <em>begin</em>, and the word that heals one that was lost.</summary>
internal sealed record ClusterBegun(Draft Draft) : FormationMessage;
