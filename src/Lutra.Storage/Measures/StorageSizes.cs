namespace Lutra.Storage.Measures;

/// <param name="Segments">Segment files in use.</param>
/// <param name="FileBytes">What they take on the disk, zero-filled space included; spare ones not.</param>
/// <param name="WaitingBytes">Records that wait to be written.</param>
/// <param name="RoomBytes">What can be appended without asking the file system for room.</param>
public sealed record LogSizes(int Segments, long FileBytes, long WaitingBytes, long RoomBytes);

/// <param name="Tables">Sorted tables that the manifest names.</param>
/// <param name="TableBytes">What they take on the disk.</param>
/// <param name="MemtableBytes">Entries in memory that are in no table yet.</param>
public sealed record TableSizes(int Tables, long TableBytes, long MemtableBytes);
