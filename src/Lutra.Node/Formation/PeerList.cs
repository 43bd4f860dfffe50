using System.Collections.Immutable;
using Lutra.Node.Identity;

namespace Lutra.Node.Formation;

/// <summary>One listed node: where it answers, and what it must call itself there (null: whatever it says).</summary>
internal sealed record PeerEntry(PeerAddress Address, Label? Label)
{
    public override string ToString() => Label is null ? Address.ToString() : $"{Label}={Address}";
}

/// <summary>
/// The nodes that were listed with <c>--peers</c>, in the order given. This node belongs to its own list whether it stands there or not.
/// </summary>
/// <param name="Entries">All entries, this node's own (if known) included.</param>
/// <param name="Own">
/// The entry with this node's label, else with its address; null where neither stands there: it may still be the one where this node itself answers.
/// </param>
internal sealed record PeerList(ImmutableArray<PeerEntry> Entries, PeerEntry? Own)
{
    /// <summary>The most entries: with this node itself, a list never comes out to more than <see cref="Draft.MembersMax"/> nodes.</summary>
    public const int EntriesMax = Draft.MembersMax - 1;

    /// <summary>Nothing was listed.</summary>
    public static readonly PeerList None = new([], null);

    public bool IsEmpty => Entries.IsEmpty;
}
