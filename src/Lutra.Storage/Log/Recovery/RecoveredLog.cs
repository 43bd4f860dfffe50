using Lutra.Storage.Log.Segments;
using Lutra.Storage.Log.Slots;

namespace Lutra.Storage.Log.Recovery;

/// <summary>What a log's folder holds, opened.</summary>
/// <param name="Segments">Those with records, in order.</param>
/// <param name="EndOffset">Where the next batch goes in the last of them.</param>
/// <param name="LastBatch">The number of the last batch.</param>
/// <param name="Link">The checksum field of the last record.</param>
/// <param name="Spares">Zero-filled, numbered on from the last segment without a gap.</param>
/// <param name="Leftovers">Segments from before the start: to be used again.</param>
internal sealed record RecoveredLog(
    SlotFile HardState,
    SlotFile StartFile,
    ConfirmedBatches Confirmed,
    LogStart Start,
    IReadOnlyList<Segment> Segments,
    EntryIndex Index,
    TermRuns Terms,
    int EndOffset,
    ulong LastBatch,
    uint Link,
    IReadOnlyList<Segment> Spares,
    IReadOnlyList<Segment> Leftovers);
