using Lutra.Raft;
using Lutra.Storage.Files;

namespace Lutra.Storage.Tables;

/// <summary>What the tables tell their node, from the stage that flushes and merges.</summary>
/// <param name="Flushed">The manifest now names a table that contains the log up to this position.</param>
/// <param name="RoomAgain">The applier may go on.</param>
/// <param name="Failed">Manifest or folder could not be synced: the node stops.</param>
/// <param name="OutOfSpace">A table could not be written for want of room (true), or was written after that (false).</param>
public sealed record TableEvents(Action<LogPosition> Flushed, Action RoomAgain, Action<DiskException> Failed, Action<bool> OutOfSpace);
