namespace Lutra.Storage.Tables;

/// <param name="MemtableBytes">A memtable of this size is flushed. Up to three are in memory at a time.</param>
/// <param name="MoreBytesWhenFull">
/// While the disk has no room the last of them may be so much larger: what is committed can then be applied and read, though not be flushed (pitfall D09).
/// </param>
/// <param name="BlockBytes">About how much of a table is read and checked at once.</param>
/// <param name="TablesMax">More tables than this are merged. Each costs a reader a look.</param>
/// <param name="BlockCacheBytes">The most that is kept of blocks that were read, for all tables together.</param>
public sealed record TableOptions(
    int MemtableBytes = 16 * 1024 * 1024, int BlockBytes = 8 * 1024, int TablesMax = 6, int BlockCacheBytes = 8 * 1024 * 1024,
    int MoreBytesWhenFull = 64 * 1024 * 1024);
