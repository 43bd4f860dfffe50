namespace Lutra.Storage.Tables;

/// <param name="MemtableBytes">A memtable of this size is flushed. Up to three are in memory at a time.</param>
/// <param name="BlockBytes">About how much of a table is read and checked at once.</param>
/// <param name="TablesMax">More tables than this are merged. Each costs a reader a look.</param>
/// <param name="BlockCacheBytes">The most that is kept of blocks that were read, for all tables together.</param>
public sealed record TableOptions(
    int MemtableBytes = 16 * 1024 * 1024, int BlockBytes = 8 * 1024, int TablesMax = 6, int BlockCacheBytes = 8 * 1024 * 1024);
