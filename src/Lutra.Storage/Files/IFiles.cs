namespace Lutra.Storage.Files;

/// <summary>
/// One node's data folder, and the only way to bytes on disk. Paths are relative to it, with '/' ("log/0000000000000001.log"). Implemented
/// by the operating system and by the simulator's disk. Failures are <see cref="DiskException"/>s.
/// </summary>
/// <remarks>
/// A name (created, renamed, deleted) is durable only after <see cref="SyncDirectory"/> of the folder that holds it (pitfall D07);
/// bytes and length of a file only after a sync of that file.
/// </remarks>
public interface IFiles
{
    /// <summary>How a person finds this folder: for messages only.</summary>
    string Location { get; }

    bool Exists(string path);

    long Length(string path);

    /// <summary>The names (not paths) of the files in a folder, sorted by code unit; empty where there is no such folder.</summary>
    IReadOnlyList<string> List(string directory);

    /// <summary>Creates the folder and its parents; no error where it exists.</summary>
    void CreateDirectory(string path);

    /// <summary>A new, empty file, open for reading and writing; an error where the name is taken.</summary>
    IFile Create(string path);

    IFile Open(string path, bool writable);

    /// <summary>Moves a file over another or to a free name, atomically.</summary>
    void Rename(string from, string to);

    void Delete(string path);

    void SyncDirectory(string path);

    /// <summary>Takes the folder for this process until disposed or dead (pitfall D13). Throws <see cref="FolderInUseException"/>.</summary>
    IDisposable Lock(string path);

    /// <summary>
    /// Writes, then syncs where asked, then calls <see cref="DiskRequest.Completed"/> once: before this returns (a real disk: call it
    /// only from a stage that may wait) or at a later step (a simulated one).
    /// </summary>
    void Submit(DiskRequest request);
}

/// <summary>An open file. Reads and writes name their place; one call may be torn by a crash, never by another call.</summary>
public interface IFile : IDisposable
{
    string Path { get; }

    long Length { get; }

    /// <summary>Fills <paramref name="target"/> from <paramref name="offset"/> on; returns fewer bytes only at the end of the file.</summary>
    int Read(Span<byte> target, long offset);

    /// <summary>Writes all of <paramref name="source"/>; not durable before a sync.</summary>
    void Write(ReadOnlySpan<byte> source, long offset);

    void SetLength(long length);

    /// <summary>Waits until bytes and length are on disk: for opening and recovery; a stage submits a request instead.</summary>
    void Sync();
}

/// <summary>Bytes to write (none: only sync) and whether to sync after them.</summary>
/// <param name="Completed">Called once; null: it is on disk as asked. May be called on another thread.</param>
public sealed record DiskRequest(IFile File, ReadOnlyMemory<byte> Bytes, long Offset, bool Sync, Action<DiskException?> Completed);
