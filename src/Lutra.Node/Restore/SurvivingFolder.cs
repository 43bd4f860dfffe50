using Lutra.Raft;

namespace Lutra.Node.Restore;

/// <summary>What a folder of a lost cluster holds, for people.</summary>
/// <param name="Fault">Why it cannot be used; null: it can.</param>
public sealed record SurvivingFolder(string Folder, string? Fault)
{
    public string Label { get; private init; } = "";

    public string Node { get; private init; } = "";

    public string Cluster { get; private init; } = "";

    /// <summary>The highest term that it knew of.</summary>
    public Term Term { get; private init; }

    /// <summary>The end of its log.</summary>
    public LogPosition Last { get; private init; }

    /// <summary>Up to here its entries were committed for certain; what follows may have been.</summary>
    public LogPosition Committed { get; private init; }

    /// <summary>With the whole log applied.</summary>
    public Revision Revision { get; private init; }

    /// <inheritdoc cref="Revision"/>
    public long Keys { get; private init; }

    /// <summary>The members, as it knew them; without those that never told their label.</summary>
    public IReadOnlyList<string> Members { get; private init; } = [];

    internal static SurvivingFolder Of(string folder, Survivor survivor) => new(folder, null)
    {
        Label = survivor.Identity.Label.Text,
        Node = survivor.Identity.Node.ToString(),
        Cluster = survivor.Cluster.ToString(),
        Term = survivor.Term,
        Last = survivor.Last,
        Committed = survivor.Committed,
        Revision = survivor.Revision,
        Keys = survivor.Keys,
        Members =
        [
            .. survivor.Configuration.Members.Where(member => member.Label.Length > 0)
                .OrderBy(member => Identity.Label.Parse(member.Label)).Select(member => member.Label),
        ],
    };
}
