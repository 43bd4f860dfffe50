using Lutra.Storage.Measures;

namespace Lutra.Node.Measures;

/// <summary>
/// What happened on a node since its start, counted where it happens, by whichever thread. It is only ever read by those who ask: nothing that the node does
/// depends on it.
/// </summary>
internal sealed class NodeMeasures(TimeProvider time)
{
    public LogMeasures Log { get; } = new(time);

    /// <summary>Leader only: from handing a batch of entries to its own log until they were committed.</summary>
    public DurationHistogram Commit { get; } = new(time);

    /// <summary>Of one batch of committed entries, until readers see it.</summary>
    public DurationHistogram Apply { get; } = new(time);

    public Counter AppliedEntries { get; } = new();

    public RequestMeasures Writes { get; } = new(time);

    /// <summary>Linearizable reads: from asking for a read index until this node has applied it.</summary>
    public RequestMeasures Reads { get; } = new(time);

    /// <summary>Leader only: leases that their holders kept alive.</summary>
    public Counter LeasesRenewed { get; } = new();

    /// <summary>Leader only: leases that were found over.</summary>
    public Counter LeasesExpired { get; } = new();

    /// <summary>A leader was seen that is not the one before, or leads in another term.</summary>
    public Counter LeaderChanges { get; } = new();
}
