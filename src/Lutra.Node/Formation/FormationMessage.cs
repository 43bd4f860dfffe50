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

/// <summary>
/// The sender belongs to this cluster for good: its drafter's <em>begin</em>, the word that heals one that was lost, the invitation of a node that was added
/// since, and the dismissal of one that was removed.
/// </summary>
/// <param name="Draft">What the cluster was created from.</param>
/// <param name="At">Where in the log the newest configuration stands that the sender knows to be committed; 0: that of the draft.</param>
/// <param name="Members">That configuration.</param>
internal sealed record ClusterBegun(Draft Draft, LogIndex At, Configuration Members) : FormationMessage
{
    /// <summary>One whose members are still those that created it.</summary>
    public ClusterBegun(Draft draft)
        : this(draft, LogIndex.Zero, draft.Configuration)
    {
    }

    public bool Equals(ClusterBegun? other) => other is not null && Draft.Equals(other.Draft) && At == other.At;

    public override int GetHashCode() => HashCode.Combine(Draft, At);

    public Member? MemberOf(NodeId node) => Members.MemberOf(node);
}

/// <summary>A node that belongs to no cluster asks one that does to have it added, as what its hello says.</summary>
/// <param name="KnownAt">Where in the log the members stand that it was last told of by the one that it asks.</param>
internal sealed record JoinAsked(LogIndex KnownAt) : FormationMessage;

/// <summary>Why it was not added, for people. It may ask again.</summary>
internal sealed record JoinRefused(string Reason) : FormationMessage
{
    public const int ReasonBytesMax = 1024;
}
