using Lutra.Raft;

namespace Lutra.Storage.Tables;

/// <summary>A consistent reading of the whole store, for one thread at a time.</summary>
public sealed class TableView : IDisposable
{
    private readonly uint visible;
    private Layers? layers;

    /// <param name="layers">Held for this view, which lets go of them.</param>
    /// <param name="visible">How many puts into the active memtable it sees.</param>
    internal TableView(Layers layers, uint visible, LogPosition applied)
    {
        this.layers = layers;
        this.visible = visible;
        Applied = applied;
    }

    /// <summary>The log position whose effects it shows.</summary>
    public LogPosition Applied { get; }

    private Layers Held => layers ?? throw new ObjectDisposedException(nameof(TableView));

    /// <summary>The newest version of <paramref name="key"/> at or below <paramref name="versionMax"/>.</summary>
    public bool TryGet(ReadOnlySpan<byte> key, ulong versionMax, out ulong version, out ReadOnlyMemory<byte> value) =>
        Held.TryGet(key, versionMax, visible, out version, out value);

    /// <summary>A cursor over every version of every key, standing nowhere until it is sought.</summary>
    public TableCursor OpenCursor() => new(Held.OpenCursors(visible, fillCache: true));

    /// <summary>A cursor over every key, whatever its versions, standing nowhere until it is sought.</summary>
    public KeyCursor OpenKeys() => new(Held.OpenKeys(visible));

    /// <summary>The same as <see cref="OpenCursor"/> for who reads everything once: it does not push from memory what others read often.</summary>
    public TableCursor OpenScan() => new(Held.OpenCursors(visible, fillCache: false));

    /// <summary>About how many bytes a walk over everything reads.</summary>
    public long AboutBytes => Held.AboutBytes;

    public void Dispose() => Interlocked.Exchange(ref layers, null)?.Release();
}
