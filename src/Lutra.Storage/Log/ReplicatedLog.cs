using Lutra.Raft;
using Lutra.Storage.Files;
using Lutra.Storage.Scheduling;

namespace Lutra.Storage.Log;

/// <summary>
/// The replicated log on disk, and beside it the hard state. Appends are gathered while the disk is busy: what has gathered is one
/// write and one sync (group commit).
/// </summary>
public sealed class ReplicatedLog : IStage, IDisposable
{
    /// <summary>
    /// Opens the log of a node, or makes an empty one that starts at <see cref="LogPosition.Zero"/>. A torn tail is dropped; damage
    /// anywhere else throws <see cref="DamagedFileException"/>.
    /// </summary>
    public static ReplicatedLog Open(IFiles files, IScheduler scheduler, LogIdentity identity, LogOptions options, LogEvents events) =>
        throw new NotImplementedException();

    /// <summary>What the hard state file holds; term 0 and no vote in a new folder.</summary>
    public HardState HardState => throw new NotImplementedException();

    /// <summary>The position just before the first entry that is kept.</summary>
    public LogPosition Start => throw new NotImplementedException();

    /// <summary>The last entry that was appended, durable or not.</summary>
    public LogPosition Last => throw new NotImplementedException();

    /// <summary>Bytes that can still be appended without asking the file system for room: what is zero-filled and free.</summary>
    public long RoomBytes => throw new NotImplementedException();

    /// <summary>The file system refused more room; false again once it gave some.</summary>
    public bool IsFull => throw new NotImplementedException();

    /// <summary>The terms of the entries from the first on.</summary>
    public IReadOnlyList<TermRun> TermRuns() => throw new NotImplementedException();

    /// <summary>
    /// Entries from <paramref name="first"/> on, at most to <paramref name="last"/> and about <paramref name="bytesMax"/> bytes, at
    /// least one; empty where <paramref name="first"/> is no longer, or not yet durably, there. From any thread.
    /// </summary>
    public IReadOnlyList<Entry> Read(LogIndex first, LogIndex last, int bytesMax) => throw new NotImplementedException();

    /// <summary>Queues a hard state and entries, in this order; an entry at or below the last replaces it and all after it. Loop only.</summary>
    public void Append(HardState? hardState, IReadOnlyList<Entry> entries) => throw new NotImplementedException();

    /// <summary>Tables hold everything up to <paramref name="upTo"/>: whole segments below it may be recycled. From any thread.</summary>
    public void Cut(LogPosition upTo) => throw new NotImplementedException();

    /// <summary>Queues: forget everything; the log goes on after <paramref name="start"/> (a state was installed over it). Loop only.</summary>
    public void Reset(LogPosition start) => throw new NotImplementedException();

    public string Name => "log writer";

    public StageKind Kind => StageKind.LogWriter;

    public bool Step() => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}

/// <summary>Whose log it is: written into every segment and checked when one is opened.</summary>
public readonly record struct LogIdentity(ClusterId Cluster, NodeId Node);

/// <param name="SegmentSizeBytes">The size of a segment; zero-filled when made, written over when recycled.</param>
/// <param name="SpareSegments">Zero-filled segments kept ready beyond the one in use: the reserve that keeps a full disk away from a sync.</param>
/// <param name="WriteBytesMax">The most bytes of one write.</param>
public sealed record LogOptions(int SegmentSizeBytes = 64 * 1024 * 1024, int SpareSegments = 1, int WriteBytesMax = 4 * 1024 * 1024);

/// <summary>What the log tells its node, from whichever thread finished the write.</summary>
/// <param name="HardStatePersisted">This hard state is durable.</param>
/// <param name="Persisted">The log is durable up to this position.</param>
/// <param name="Failed">A write or sync failed: nothing may be promised any more, the node stops.</param>
/// <param name="StartMoved">The log was cut or reset: it now begins after this position.</param>
public sealed record LogEvents(
    Action<HardState> HardStatePersisted, Action<LogPosition> Persisted, Action<DiskException> Failed, Action<LogPosition> StartMoved);
