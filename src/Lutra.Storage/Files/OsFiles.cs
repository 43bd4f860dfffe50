namespace Lutra.Storage.Files;

/// <summary>
/// A data folder on this machine. Files are readable by their owner alone (0600), folders too (0700). Syncs go to the operating system
/// directly, because the base library hides their errors (pitfall X01).
/// </summary>
public sealed class OsFiles : IFiles
{
    private readonly string root;

    /// <summary>Makes the folder where it is missing. A <see cref="DiskException"/> says where this user may not.</summary>
    public OsFiles(string folder)
    {
        root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (Directory.Exists(root))
            return;
        MakeFolder(root);
        if (Path.GetDirectoryName(root) is { } parent)
            SyncFolder(parent);
    }

    public string Location => root;

    public bool Exists(string path) => File.Exists(FullPath(path));

    public long Length(string path)
    {
        var full = FullPath(path);
        try
        {
            return new FileInfo(full).Length;
        }
        catch (Exception exception) when (OsErrors.IsKnown(exception))
        {
            throw OsErrors.Of(full, "read of the length", exception);
        }
    }

    public IReadOnlyList<string> List(string directory)
    {
        var full = FullPath(directory);
        try
        {
            if (!Directory.Exists(full))
                return [];
            return [.. Directory.EnumerateFiles(full).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
        }
        catch (Exception exception) when (OsErrors.IsKnown(exception))
        {
            throw OsErrors.Of(full, "list", exception);
        }
    }

    public void CreateDirectory(string path) => MakeFolder(FullPath(path));

    public IFile Create(string path) => new OsFile(FullPath(path), FileMode.CreateNew, writable: true);

    public IFile Open(string path, bool writable) => new OsFile(FullPath(path), FileMode.Open, writable);

    public void Rename(string from, string to)
    {
        var (source, target) = (FullPath(from), FullPath(to));
        if (!OperatingSystem.IsWindows())
        {
            if (UnixCalls.Move(source, target) is var error and not 0)
                throw OsErrors.Of(source, $"rename to {target}", error);
            return;
        }
        try
        {
            File.Move(source, target, overwrite: true);
        }
        catch (Exception exception) when (OsErrors.IsKnown(exception))
        {
            throw OsErrors.Of(source, $"rename to {target}", exception);
        }
    }

    public void Delete(string path)
    {
        var full = FullPath(path);
        try
        {
            if (!File.Exists(full))
                throw new DiskException(full, "delete", "no such file");
            File.Delete(full);
        }
        catch (Exception exception) when (OsErrors.IsKnown(exception))
        {
            throw OsErrors.Of(full, "delete", exception);
        }
    }

    public void SyncDirectory(string path) => SyncFolder(FullPath(path));

    public IDisposable Lock(string path) => OsFolderLock.Take(FullPath(path), root);

    /// <summary>Writes and syncs on the calling thread, and calls back on it.</summary>
    public void Submit(DiskRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        DiskException? failure = null;
        try
        {
            if (!request.Bytes.IsEmpty)
                request.File.Write(request.Bytes.Span, request.Offset);
            if (request.Sync)
            {
                request.File.Sync();
                DiskMeter.Syncs.Add(1);
            }
        }
        catch (DiskException exception)
        {
            failure = exception;
        }
        request.Completed(failure);
    }

    private static void MakeFolder(string full)
    {
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(full);
            else
                Directory.CreateDirectory(full, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception exception) when (OsErrors.IsKnown(exception))
        {
            throw OsErrors.Of(full, "create of folder", exception);
        }
    }

    private static void SyncFolder(string full)
    {
        if (OperatingSystem.IsWindows())
        {
            // There is no such call: NTFS keeps names in its own journal, in order.
            if (!Directory.Exists(full))
                throw new DiskException(full, "sync of folder", "no such folder");
            return;
        }
        if (UnixCalls.SyncFolder(full) is var error and not 0)
            throw OsErrors.Of(full, "fsync", error);
    }

    private string FullPath(string path)
    {
        // Names may come from a peer (a table's): none leads out of the folder.
        if (Path.IsPathRooted(path) || path.Split('/', '\\').Contains(".."))
            throw new ArgumentException($"'{path}' is not a path inside the data folder.", nameof(path));
        return path.Length == 0 ? root : Path.Combine(root, path);
    }
}
