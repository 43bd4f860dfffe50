using Lutra.Storage.Files;

namespace Lutra.Storage.Tables;

/// <summary>Writes what a cursor yields into a new table, in bounded steps. Nothing rests on the file before a manifest names it.</summary>
/// <param name="pass">Which entries stay; null for all.</param>
internal sealed class TableBuild(IFiles files, Action wake, ulong number, TableCursor source, IMergePass? pass, TableWriter writer)
{
    /// <summary>About how much is read and written at a time.</summary>
    public const int StepBytes = 1 << 20;

    private readonly DiskTurn disk = new(files, wake);
    private readonly string path = ManifestTable.PathOf(number);
    private IFile? file;
    private long writtenBytes;
    private bool hasBegun;
    private bool isComplete;

    public bool IsBusy => disk.IsBusy;

    /// <summary>The finished table; null where no entry stayed.</summary>
    public ManifestTable? Result { get; private set; }

    /// <summary>True once the table is written and synced (its name is not). After an exception call <see cref="Discard"/>.</summary>
    public bool Step()
    {
        disk.ThrowIfFailed();
        writer.ClearPending();
        if (isComplete)
        {
            file?.Dispose();
            return true;
        }
        if (Fill())
        {
            isComplete = true;
            if (writer.EntryCount == 0)
                return true;
            Result = ManifestTable.From(number, writer.Finish());
        }
        var bytes = writer.Pending;
        if (bytes.IsEmpty)
            return false;
        file ??= files.Create(path);
        disk.Submit(file, bytes, writtenBytes, sync: isComplete);
        writtenBytes += bytes.Length;
        return false;
    }

    public void Close() => file?.Dispose();

    /// <summary>Removes the file. What cannot be removed now goes when the store is opened the next time: no manifest names it.</summary>
    public void Discard()
    {
        Close();
        try
        {
            if (files.Exists(path))
                files.Delete(path);
        }
        catch (DiskException)
        {
            // Said above.
        }
    }

    /// <summary>True at the end of the source.</summary>
    private bool Fill()
    {
        if (!hasBegun)
            source.Seek([], ulong.MaxValue);
        hasBegun = true;
        for (var takenBytes = 0L; source.IsValid && takenBytes < StepBytes && writer.Pending.Length < StepBytes; source.Next())
        {
            var key = source.Key;
            var value = source.Value.Span;
            takenBytes += Block.EntryHeaderBytes + key.Length + value.Length;
            if (pass is null || pass.Keep(key, source.Version, value))
                writer.Append(key, source.Version, value);
        }
        return !source.IsValid;
    }
}
