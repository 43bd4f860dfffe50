using System.Collections.Immutable;

namespace Lutra;

/// <summary>
/// Changes in the order in which they were made: all that a watch wants of one revision or of several in a row, never a part of a transaction.
/// </summary>
/// <param name="Revision">Everything up to here was told: a watch that goes on begins at the next.</param>
/// <param name="Events">None: only the progress is told.</param>
public sealed record WatchBatch(Revision Revision, ImmutableArray<WatchEvent> Events);

/// <summary>One key was put or deleted.</summary>
/// <param name="IsDelete">Then <paramref name="Current"/> holds the key and the revision of the deletion alone.</param>
/// <param name="Previous">What was there before; null where nothing was, where it was compacted away, or where it was not asked for.</param>
public sealed record WatchEvent(bool IsDelete, KeyValue Current, KeyValue? Previous);
