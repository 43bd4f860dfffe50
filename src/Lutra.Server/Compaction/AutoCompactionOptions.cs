namespace Lutra.Server.Compaction;

/// <summary>How much history is kept by itself: of a time, or of a number of revisions. One of the two.</summary>
public sealed record AutoCompactionOptions
{
    /// <summary>Old versions go about so long after they were overwritten.</summary>
    public TimeSpan? Period { get; init; }

    /// <summary>So many revisions are kept.</summary>
    public long Revisions { get; init; }
}
