using Lutra.Node.Leases;
using Lutra.Node.Peers;
using Lutra.Node.Watches;
using Lutra.Raft;
using Lutra.Simulation.Scheduling;
using Lutra.Storage.Log;
using Lutra.Storage.Tables;

namespace Lutra.Simulation.Runs;

/// <summary>
/// Options of a cluster's nodes, often extreme and always legal: one-entry appends, memtables that are full after a few writes, caches that hold nothing.
/// Half of the time each number is its default, so that extremes do not hide each other.
/// </summary>
internal static class NodeDraw
{
    public static LutraNodeOptions Draw(LutraNodeOptions options, Random random)
    {
        var heartbeat = (int)random.LogUniform(50, 150);
        var drawn = options with
        {
            HeartbeatIntervalMillis = heartbeat,
            ElectionTimeoutMillis = heartbeat * random.Next(8, 16),
            RequestTimeoutMillis = (int)random.LogUniform(1000, 10_000),
            SegmentSizeBytes = (int)random.LogUniform(16, 256) * 1024,
            MemtableBytes = (int)random.LogUniform(4, 128) * 1024,
            Tuning = new NodeTuning
            {
                Raft = new RaftOptions
                {
                    AppendBytesMax = Or(random, 512 * 1024, 1, 65_536),
                    InflightAppendsMax = Or(random, 256, 1, 16),
                    InflightBytesMax = Or(random, 8 * 1024 * 1024, 1, 65_536),
                    PendingReadsMax = Or(random, 65_536, 1, 16),
                    WindowBytes = random.Next(2) == 0 ? 8 * 1024 * 1024 : (int)random.LogUniform(1, 65_536) - 1,
                },
                Log = new LogOptions(SpareSegments: random.Next(1, 3), WriteBytesMax: Or(random, 4 * 1024 * 1024, 4096, 65_536)),
                Tables = new TableOptions(
                    BlockBytes: Or(random, 8 * 1024, 64, 4096), TablesMax: Or(random, 6, 2, 12), BlockCacheBytes: Or(random, 8 * 1024 * 1024, 1, 65_536)),
                Peers = new PeerOptions
                {
                    QueueBytesMax = Or(random, 16 * 1024 * 1024, 1024, 1024 * 1024),
                    UnreadBytesMax = Or(random, 1024 * 1024, 1, 65_536),
                },
                TransferChunkBytes = Or(random, 128 * 1024, 64, 16_384),
                StretchKeys = 2,
                // Few enough that keys are forgotten and met again.
                RecentKeys = 16,
            },
            // Never fewer than all clients of all workloads together.
            RequestsMax = Or(random, options.RequestsMax, 300, 2000),
            RequestBytesMax = Or(random, (int)options.RequestBytesMax, 256 * 1024, 4 * 1024 * 1024),
        };
        // Never less than the largest request.
        var uncommittedBytesMax = Or(random, 64 * 1024 * 1024, 128 * 1024, 1024 * 1024);
        return drawn with
        {
            Tuning = drawn.Tuning with
            {
                Raft = drawn.Tuning.Raft with { UncommittedBytesMax = uncommittedBytesMax },
                StuckDiskStopsAfterMillis = Or(random, 20_000, 6000, 20_000),
                WatchQueueBytesMax = Or(random, 1024 * 1024, 1, 65_536),
                Leases = new LeaseTuning
                {
                    CheckpointedAboveMillis = Or(random, 300_000, 500, 8000),
                    CheckpointEveryMillis = Or(random, 60_000, 100, 4000),
                    // The locks of all clients must still end within the time in which progress is demanded.
                    LoadedPerTick = Or(random, 20_000, 20, 200),
                    RevokingMax = Or(random, 128, 10, 100),
                },
                WatchesUnsortedMax = Or(random, WatcherIndex.UnsortedMaxDefault, 1, 8),
                // Never so few that not all machines could be connected, each by two connections.
                Peers = drawn.Tuning.Peers with { ConnectionsMax = Or(random, 512, 24, 64) },
            },
            ApplyBacklogBytesMax = Or(random, 64 * 1024 * 1024, 1, 65_536),
        };
    }

    private static int Or(Random random, int usual, double least, double most)
    {
        var drawn = (int)random.LogUniform(least, most);
        return random.Next(2) == 0 ? usual : drawn;
    }
}
