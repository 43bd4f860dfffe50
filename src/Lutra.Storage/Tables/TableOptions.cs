namespace Lutra.Storage.Tables;

/// <param name="MemtableBytes">A memtable of this size is flushed.</param>
/// <param name="BlockBytes">About how much of a table is read and checked at once.</param>
/// <param name="TablesMax">More tables than this are merged.</param>
public sealed record TableOptions(int MemtableBytes = 16 * 1024 * 1024, int BlockBytes = 8 * 1024, int TablesMax = 6);
