using Lutra.Raft;
using Lutra.Storage.Files;

namespace Lutra.Storage.Tables;

/// <summary>
/// Makes the tables of a folder that has none, from entries that are given in order: one table, and the manifest that names it. Nothing of it counts before
/// <see cref="Finish"/> has returned; a crash before that leaves a file that no manifest names. For tools: it waits for the disk.
/// </summary>
public sealed class TableImport : IDisposable
{
    private const int WriteBytes = 1 << 20;
    private const ulong Number = 1;

    private readonly IFiles files;
    private readonly TableWriter writer;
    private IFile? file;
    private long writtenBytes;

    private TableImport(IFiles files, long keyCountMax)
    {
        this.files = files;
        writer = new TableWriter(new TableOptions().BlockBytes, keyCountMax);
    }

    /// <param name="keyCountMax">At least the number of distinct keys to come.</param>
    /// <exception cref="DiskException">The folder has a manifest, or the disk failed.</exception>
    public static TableImport Begin(IFiles files, long keyCountMax)
    {
        ArgumentNullException.ThrowIfNull(files);
        files.CreateDirectory(ManifestFile.Folder);
        files.SyncDirectory("");
        if (files.Exists(ManifestFile.Path))
            throw new DiskException($"{files.Location}/{ManifestFile.Path}", "create", "the folder has tables already");
        return new TableImport(files, keyCountMax) { file = files.Create(ManifestTable.PathOf(Number)) };
    }

    /// <summary>The next entry: a greater key, or a lower version of the same key.</summary>
    public void Add(ReadOnlySpan<byte> key, ulong version, ReadOnlySpan<byte> value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, TableStore.KeyBytesMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value.Length, TableStore.ValueBytesMax);
        writer.Append(key, version, value);
        if (writer.Pending.Length >= WriteBytes)
            Write();
    }

    /// <summary>Makes it the state of the folder, which contains the log up to <paramref name="applied"/>. One entry at least was added.</summary>
    public void Finish(LogPosition applied)
    {
        var table = ManifestTable.From(Number, writer.Finish());
        Write();
        file!.Sync();
        files.SyncDirectory(ManifestFile.Folder);
        ManifestFile.Create(files, new Manifest(applied, Number + 1, [table]));
    }

    public void Dispose() => file?.Dispose();

    private void Write()
    {
        var bytes = writer.Pending.Span;
        file!.Write(bytes, writtenBytes);
        writtenBytes += bytes.Length;
        writer.ClearPending();
    }
}
