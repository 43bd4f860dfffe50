namespace Lutra.Storage.Measures;

/// <summary>What the replicated log did since the node's start.</summary>
public sealed class LogMeasures(TimeProvider time)
{
    /// <summary>From handing a batch of entries to the disk until it said that they are durable: one write and one sync.</summary>
    public DurationHistogram Sync { get; } = new(time);

    /// <summary>Entries that became durable.</summary>
    public Counter Entries { get; } = new();

    /// <summary>Bytes of log that became durable, with headers and padding.</summary>
    public Counter Bytes { get; } = new();
}
