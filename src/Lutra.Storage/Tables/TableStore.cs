using Lutra.Raft;
using Lutra.Storage.Files;
using Lutra.Storage.Scheduling;

namespace Lutra.Storage.Tables;

/// <summary>
/// A log-structured merge tree without a log of its own: entries <c>(key, version)</c> in the order of their keys, the newest version of
/// a key first. The applier writes to a memtable; memtables are flushed to immutable sorted tables; a manifest names the tables and
/// the log position that they contain, in one atomic edit (pitfall S07).
/// </summary>
public sealed class TableStore : IDisposable
{
    /// <summary>Keys and values longer than this are refused: a reader must be able to tell a damaged length from a long entry.</summary>
    public const int KeyBytesMax = 1 << 20;

    /// <inheritdoc cref="KeyBytesMax"/>
    public const int ValueBytesMax = 64 << 20;

    // Guards every replacement of `published`: by the applier (publish) and by whoever flushes and merges. Readers never take it.
    private readonly Lock swap = new();
    private Published published = new(new Layers(new Memtable(), []), 0, LogPosition.Zero);

    // Applier only: the memtable that this batch goes to, null between a publish and the next put. While it is set no one rotates.
    private Memtable? batch;

    private TableStore()
    {
    }

    /// <summary>Reads the manifest, or starts empty. Tables that no manifest names are deleted.</summary>
    public static TableStore Open(IFiles files, IScheduler scheduler, TableOptions options, IMergeRule rule, TableEvents events) => new();

    /// <summary>The position that the tables on disk contain: restart replays the log after it.</summary>
    public LogPosition Durable { get; }

    /// <summary>The position that tables and memtables contain: what readers see.</summary>
    public LogPosition Applied => Volatile.Read(ref published).Applied;

    /// <summary>False while too many memtables wait for the disk: the applier pauses until <see cref="TableEvents.RoomAgain"/>.</summary>
    public bool HasRoom { get; } = true;

    /// <summary>
    /// Adds to the memtable; not visible to new views before <see cref="Publish"/>. Applier only. Copies what it is given. The versions of one key never
    /// decrease from put to put; the same version again replaces what it had.
    /// </summary>
    public void Put(ReadOnlySpan<byte> key, ulong version, ReadOnlySpan<byte> value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, KeyBytesMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value.Length, ValueBytesMax);
        (batch ?? BeginBatch()).Put(key, version, value);
    }

    /// <summary>Everything put since the last call belongs to the entries up to <paramref name="applied"/>: views see it whole. Applier only.</summary>
    public void Publish(LogPosition applied)
    {
        lock (swap)
        {
            batch = null;
            var layers = published.Layers;
            Volatile.Write(ref published, new Published(layers, layers.Active.Count, applied));
        }
    }

    /// <summary>
    /// Finds the newest version of <paramref name="key"/> at or below <paramref name="versionMax"/>, unpublished ones included. Applier only; the span holds until
    /// the next call on this store by the applier.
    /// </summary>
    public bool TryGet(ReadOnlySpan<byte> key, ulong versionMax, out ulong version, out ReadOnlyMemory<byte> value)
    {
        var layers = Hold().Layers;
        try
        {
            return layers.TryGet(key, versionMax, layers.Active.Count, out version, out value);
        }
        finally
        {
            layers.Release();
        }
    }

    /// <summary>A view that also sees what was put and not published. Applier only; dispose before the next <see cref="Publish"/>.</summary>
    public TableView PinUnpublished()
    {
        var held = Hold();
        return new TableView(held.Layers, held.Layers.Active.Count, held.Applied);
    }

    /// <summary>What is published now, unchanged until disposed. From any thread; takes no lock that the applier waits for.</summary>
    public TableView Pin()
    {
        var held = Hold();
        return new TableView(held.Layers, held.Visible, held.Applied);
    }

    /// <summary>Starts a flush of what the memtable holds, though it is not full; <see cref="TableEvents.Flushed"/> tells when it is durable.</summary>
    public void RequestFlush() => throw new NotImplementedException();

    /// <summary>The immutable tables on disk and the position they contain, kept from deletion until disposed: the source of a transfer.</summary>
    public TableSet PinTables() => throw new NotImplementedException();

    /// <summary>
    /// Replaces everything by <paramref name="files"/> (complete, verified and synced, under "incoming/") in one manifest edit that also sets
    /// the applied position; memtables are dropped. Applier only, with nothing unpublished. Calls <paramref name="installed"/> once it is durable.
    /// </summary>
    public void Install(IReadOnlyList<string> files, LogPosition applied, Action installed) => throw new NotImplementedException();

    public void Dispose() => Volatile.Read(ref published).Layers.Release();

    private Memtable BeginBatch()
    {
        lock (swap)
            return batch = published.Layers.Active;
    }

    private Published Hold()
    {
        while (true)
        {
            var seen = Volatile.Read(ref published);
            if (seen.Layers.TryHold())
                return seen;
        }
    }
}
