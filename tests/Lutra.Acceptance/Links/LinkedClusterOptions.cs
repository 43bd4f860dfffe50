namespace Lutra.Acceptance.Links;

internal sealed record LinkedClusterOptions
{
    /// <summary>More options of <c>lutra serve</c>, for every node.</summary>
    public IReadOnlyList<string> More { get; init; } = [];

    /// <summary>Where a node keeps its data; null: in a folder that goes with the test.</summary>
    public Func<int, string>? FolderOf { get; init; }

    /// <summary>Each node in a network namespace of its own, and no proxies; null: all on this machine's loopback, through proxies.</summary>
    public NamespaceNetwork? Network { get; init; }

    /// <summary>What clients ask goes through the weather, too.</summary>
    public bool ClientsThroughProxies { get; init; }
}
