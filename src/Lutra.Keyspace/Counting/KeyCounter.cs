using Lutra.Raft;
using Lutra.Storage.Tables;

namespace Lutra.Keyspace;

/// <summary>
/// Keeps the counts of keys for readers, from when the first of them had to walk far to count. That reader builds them, from a view; the applier notes meanwhile what
/// comes to be and goes, and keeps the counts from then on. Nothing here is replicated, and no answer depends on it: who finds no counts walks.
/// </summary>
/// <param name="stretchKeys">About so many keys are in a stretch: what a count may have to walk, at most a few times.</param>
internal sealed class KeyCounter(int stretchKeys)
{
    public const int StretchKeysDefault = 512;

    /// <summary>A reader that counted so many stretches' keys one by one builds counts.</summary>
    private const int FarStretches = 8;

    /// <summary>Readers that pinned their view a little earlier still find theirs.</summary>
    private const int ShownMax = 4;

    private Building? building;
    private Stretches? stretches;
    private Shown[] shown = [];
    private ulong lastChange;

    /// <summary>Counting so many keys one by one is far.</summary>
    public long FarKeys => (long)stretchKeys * FarStretches;

    /// <summary>The counts of the state at <paramref name="applied"/>; null: there are none. From any thread.</summary>
    public KeyCounts? At(LogPosition applied)
    {
        var now = Volatile.Read(ref shown);
        for (var at = now.Length - 1; at >= 0; at--)
        {
            if (now[at].Applied == applied)
                return now[at].Counts;
        }

        return null;
    }

    /// <summary>
    /// Builds the counts, unless they are there, or another reader is about to. Walks all keys on the caller's thread. From any thread.
    /// </summary>
    /// <param name="pin">Pins the newest view.</param>
    public void Build(Func<TableView> pin, Func<TableView, long> revisionOf)
    {
        var mine = new Building();
        if (Volatile.Read(ref stretches) is not null || Interlocked.CompareExchange(ref building, mine, null) is not null)
            return;
        var done = false;
        try
        {
            // From here on the applier notes every change; those that it made just before must be in the view (the exchange above is the fence).
            var unseen = Volatile.Read(ref lastChange);
            using var view = pin();
            if (view.Applied.Index.Value < unseen)
                return;
            Marks.KeysCounted.Hit();
            var built = Stretches.Of(view, revisionOf(view), stretchKeys);

            // Where nobody writes, nobody else shows them.
            Volatile.Write(ref shown, [new Shown(view.Applied, built.Show())]);
            mine.Finish(built, view.Applied.Index.Value);
            done = true;
        }
        finally
        {
            if (!done)
                Interlocked.CompareExchange(ref building, null, mine);
        }
    }

    /// <summary>A key came to be (1) or went (-1) in the entry at this index. Applier only.</summary>
    public void Changed(ReadOnlySpan<byte> key, int by, ulong index)
    {
        Volatile.Write(ref lastChange, index);
        Interlocked.MemoryBarrier();
        TakeOver();
        if (stretches is not null)
            stretches.Change(key, by);
        else
            Volatile.Read(ref building)?.Note(key, by, index);
    }

    /// <summary>Everything up to <paramref name="applied"/> is about to be shown to readers. Applier only.</summary>
    public void Publishing(LogPosition applied)
    {
        TakeOver();
        if (stretches is null)
            return;
        var before = shown;
        Volatile.Write(ref shown, [.. before[Math.Max(0, before.Length + 1 - ShownMax)..], new Shown(applied, stretches.Show())]);
    }

    /// <summary>It is shown: what has grown too long is cut. Applier only.</summary>
    public void Published(Func<TableView> pin, long revision)
    {
        if (stretches is not { IsOverfull: true })
            return;
        using var view = pin();
        stretches.CutOverfull(view, revision);
    }

    /// <summary>The state is another one. Applier only.</summary>
    public void Reset()
    {
        stretches = null;
        Volatile.Write(ref building, null);
        Volatile.Write(ref shown, []);
    }

    private void TakeOver()
    {
        if (stretches is not null || Volatile.Read(ref building) is not { } finished || finished.Built is not { } built)
            return;
        if (finished.Replay(built))
            Volatile.Write(ref stretches, built);
        else
            Volatile.Write(ref shown, []);
        Volatile.Write(ref building, null);
    }

    private sealed record Shown(LogPosition Applied, KeyCounts Counts);
}
