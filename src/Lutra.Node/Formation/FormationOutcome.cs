using Lutra.Raft;

namespace Lutra.Node.Formation;

/// <summary>How the search for a cluster ended.</summary>
internal abstract record FormationOutcome;

/// <summary>The node belongs to this cluster, on its own disk too. Only now may it vote or campaign.</summary>
/// <param name="Initial">The configuration before the log's first entry, the same on all members.</param>
internal sealed record ClusterFound(ClusterId Cluster, Configuration Initial) : FormationOutcome;

/// <summary>There is a cluster and this node cannot be part of it as it was started: the node ends with this message, which says what to do.</summary>
internal sealed record Stopped(string Message) : FormationOutcome;

/// <summary>The node is no member any more.</summary>
/// <param name="At">Where in the log the members stand of which it is none.</param>
/// <param name="Message">For the person who looks at the node that ends.</param>
internal sealed record Removal(LogIndex At, Configuration Members, string Message);
