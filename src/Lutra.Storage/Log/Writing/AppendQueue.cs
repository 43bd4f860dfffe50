using Lutra.Raft;
using Lutra.Storage.Log.Segments;

namespace Lutra.Storage.Log.Writing;

/// <summary>
/// What the loop handed to the writer and the writer has not taken: a hard state, a reset, a cut, entries. Bounded by what Raft lets be
/// on its way. The two lists of entries change places, so queueing allocates nothing. Adding is thread-safe; taking is the writer's alone.
/// </summary>
internal sealed class AppendQueue
{
    private readonly Lock gate = new();
    private List<Entry> gathering = [];
    private long gatheringBytes;
    private HardState? hardState;
    private QueuedReset? reset;
    private LogPosition? cut;
    // The writer's alone.
    private List<Entry> taken = [];
    private int takenCount;
    private long takenBytes;

    /// <summary>Bytes of records that wait.</summary>
    public long WaitingBytes => Interlocked.Read(ref gatheringBytes) + Interlocked.Read(ref takenBytes);

    public bool HasWork
    {
        get
        {
            lock (gate)
                return hardState is not null || reset is not null || cut is not null || gathering.Count > 0 || takenCount < taken.Count;
        }
    }

    public void Add(HardState? newHardState, IReadOnlyList<Entry> entries, long recordBytes)
    {
        lock (gate)
        {
            hardState = newHardState ?? hardState;
            for (var at = 0; at < entries.Count; at++)
                gathering.Add(entries[at]);
            Interlocked.Add(ref gatheringBytes, recordBytes);
        }
    }

    public void AddCut(LogPosition upTo)
    {
        lock (gate)
            cut = cut is { } earlier && earlier.Index >= upTo.Index ? earlier : upTo;
    }

    /// <summary>What waits for the log is forgotten with it; a hard state is not.</summary>
    public void AddReset(LogPosition start, int epoch, IEnumerable<Segment> gone)
    {
        lock (gate)
        {
            reset = new QueuedReset(start, epoch, [.. reset?.Gone ?? [], .. gone]);
            cut = null;
            gathering.Clear();
            Interlocked.Exchange(ref gatheringBytes, 0);
        }
    }

    public HardState? TakeHardState()
    {
        lock (gate)
        {
            var value = hardState;
            hardState = null;
            return value;
        }
    }

    public LogPosition? TakeCut()
    {
        lock (gate)
        {
            var value = cut;
            cut = null;
            return value;
        }
    }

    public QueuedReset? TakeReset()
    {
        lock (gate)
        {
            if (reset is null)
                return null;
            var value = reset;
            reset = null;
            taken.Clear();
            takenCount = 0;
            Interlocked.Exchange(ref takenBytes, 0);
            return value;
        }
    }

    /// <summary>The entry that is next, without taking it. Entries queued after a reset come only once the reset was taken.</summary>
    public bool TryPeek(out Entry entry)
    {
        if (takenCount == taken.Count)
        {
            taken.Clear();
            takenCount = 0;
            lock (gate)
            {
                if (reset is null)
                {
                    (gathering, taken) = (taken, gathering);
                    Interlocked.Exchange(ref takenBytes, Interlocked.Exchange(ref gatheringBytes, 0));
                }
            }
        }
        entry = takenCount < taken.Count ? taken[takenCount] : default;
        return takenCount < taken.Count;
    }

    public void RemovePeeked(int recordBytes)
    {
        takenCount++;
        Interlocked.Add(ref takenBytes, -recordBytes);
    }

    /// <param name="Epoch">What <see cref="DurableLog.Epoch"/> became.</param>
    /// <param name="Gone">The segments of before: they go once the reset is durable.</param>
    internal sealed record QueuedReset(LogPosition Start, int Epoch, IReadOnlyList<Segment> Gone);
}
