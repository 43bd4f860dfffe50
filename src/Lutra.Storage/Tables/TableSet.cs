using Lutra.Raft;

namespace Lutra.Storage.Tables;

/// <summary>Tables held for a transfer.</summary>
public sealed class TableSet : IDisposable
{
    private readonly SortedDictionary<ulong, Table> tables = [];
    private int isDisposed;

    internal TableSet(Layers layers)
    {
        Applied = layers.Durable;
        List<TableFile> files = [];
        foreach (var table in layers.Tables)
        {
            table.Hold();
            var record = table.Record;
            tables.Add(record.Number, table);
            files.Add(new TableFile(record.Number, record.Path, record.LengthBytes, record.Checksum));
        }
        Files = files;
    }

    public LogPosition Applied { get; }

    /// <summary>Newest first: the order in which <see cref="TableStore.Install"/> takes them.</summary>
    public IReadOnlyList<TableFile> Files { get; }

    /// <summary>
    /// Reads raw bytes of one of the files; fewer than asked for only at its end. They are not checked: the receiver verifies all of it.
    /// </summary>
    public int Read(TableFile file, Span<byte> target, long offset)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref isDisposed) != 0, this);
        return tables[file.Number].ReadRaw(target, offset);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref isDisposed, 1) != 0)
            return;
        foreach (var table in tables.Values)
            table.Release();
    }
}
