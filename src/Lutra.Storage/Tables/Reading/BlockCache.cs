using System.Collections.Concurrent;

namespace Lutra.Storage.Tables;

/// <summary>
/// Blocks that were read and checked, shared by all tables, bounded in bytes. Finding one takes no lock; a block that was asked for again
/// since it was last looked at gets a second chance before it goes.
/// </summary>
internal sealed class BlockCache(long capacityBytes)
{
    private readonly ConcurrentDictionary<(ulong Table, long Offset), Entry> entries = new();
    private readonly Queue<Entry> oldestFirst = new();
    private readonly Lock adding = new();
    private long usedBytes;

    public long UsedBytes => Volatile.Read(ref usedBytes);

    public Block? Find(ulong table, long offset)
    {
        if (!entries.TryGetValue((table, offset), out var entry))
            return null;
        entry.WasUsed = true;
        return entry.Block;
    }

    public void Add(ulong table, long offset, Block block)
    {
        // One long value must not drive out everything else.
        if (block.SizeBytes > capacityBytes / 8)
            return;
        var entry = new Entry((table, offset), block);
        lock (adding)
        {
            if (!entries.TryAdd(entry.Place, entry))
                return;
            oldestFirst.Enqueue(entry);
            usedBytes += block.SizeBytes;
            while (usedBytes > capacityBytes)
                Evict();
        }
    }

    private void Evict()
    {
        var oldest = oldestFirst.Dequeue();
        if (oldest.WasUsed)
        {
            oldest.WasUsed = false;
            oldestFirst.Enqueue(oldest);
            return;
        }
        entries.TryRemove(oldest.Place, out _);
        usedBytes -= oldest.Block.SizeBytes;
    }

    private sealed class Entry((ulong Table, long Offset) place, Block block)
    {
        public (ulong Table, long Offset) Place => place;

        public Block Block => block;

        // Racing readers may set it while it is cleared: a block then stays one round longer or shorter.
        public bool WasUsed { get; set; }
    }
}
