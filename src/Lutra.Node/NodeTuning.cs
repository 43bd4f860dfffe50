using Lutra.Node.Leases;
using Lutra.Node.Peers;
using Lutra.Node.Watches;
using Lutra.Raft;
using Lutra.Storage.Log;
using Lutra.Storage.Tables;

namespace Lutra;

/// <summary>
/// The numbers inside a node that nobody chooses in a server, each by the room that owns it. The simulator draws extreme ones that are still legal: one-entry
/// appends, tiny batches, caches that hold nothing. What <see cref="LutraNodeOptions"/> names as well is taken from there.
/// </summary>
internal sealed record NodeTuning
{
    public RaftOptions Raft { get; init; } = new();

    public LogOptions Log { get; init; } = new();

    public TableOptions Tables { get; init; } = new();

    public PeerOptions Peers { get; init; } = new();

    /// <summary>The most bytes of one chunk of a state on its way to a follower.</summary>
    public int TransferChunkBytes { get; init; } = 128 * 1024;

    /// <summary>About how many keys are counted together, from 1.</summary>
    public int StretchKeys { get; init; } = 512;

    /// <summary>How many keys the applier remembers without asking the tables, from 1.</summary>
    public int RecentKeys { get; init; } = 32_768;

    /// <summary>A node stops when its disk has taken a write of the log and not ended it for so long.</summary>
    public int StuckDiskStopsAfterMillis { get; init; } = 20_000;

    /// <summary>What may wait for the reader of a watch before it is left to look for itself.</summary>
    public int WatchQueueBytesMax { get; init; } = 1024 * 1024;

    /// <summary>So many watches of ranges are looked through one by one before they are sorted in, from 0.</summary>
    public int WatchesUnsortedMax { get; init; } = WatcherIndex.UnsortedMaxDefault;

    public LeaseTuning Leases { get; init; } = new();

    internal LogOptions LogOf(LutraNodeOptions options) => Log with { SegmentSizeBytes = options.SegmentSizeBytes };

    internal TableOptions TablesOf(LutraNodeOptions options) => Tables with { MemtableBytes = options.MemtableBytes };

    /// <summary>What Raft appends must fit the log's segments.</summary>
    internal RaftOptions RaftOf(LutraNodeOptions options) =>
        Raft with { ElectionTicks = options.ElectionTicks, EntryBytesMax = Math.Min(Raft.EntryBytesMax, LogOf(options).EntryBytesMax) };
}
