namespace Lutra.Storage.Files;

/// <summary>An open file of the operating system. Thread-safe as far as its calls are: each names its place.</summary>
internal sealed class OsFile : IFile
{
    // Unbuffered; it only owns the handle.
    private readonly FileStream stream;

    public OsFile(string path, FileMode mode, bool writable)
    {
        Path = path;
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = writable ? FileAccess.ReadWrite : FileAccess.Read,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
        };
        if (mode == FileMode.CreateNew && !OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            stream = new FileStream(path, options);
        }
        catch (Exception exception) when (OsErrors.IsKnown(exception))
        {
            throw OsErrors.Of(path, mode == FileMode.CreateNew ? "create" : "open", exception);
        }
    }

    public string Path { get; }

    public long Length
    {
        get
        {
            try
            {
                return RandomAccess.GetLength(stream.SafeFileHandle);
            }
            catch (Exception exception) when (OsErrors.IsKnown(exception))
            {
                throw OsErrors.Of(Path, "read of the length", exception);
            }
        }
    }

    public int Read(Span<byte> target, long offset)
    {
        try
        {
            var done = 0;
            while (done < target.Length)
            {
                var count = RandomAccess.Read(stream.SafeFileHandle, target[done..], offset + done);
                if (count == 0)
                    break;
                done += count;
            }
            return done;
        }
        catch (Exception exception) when (OsErrors.IsKnown(exception))
        {
            throw OsErrors.Of(Path, "read", exception);
        }
    }

    public void Write(ReadOnlySpan<byte> source, long offset)
    {
        try
        {
            RandomAccess.Write(stream.SafeFileHandle, source, offset);
        }
        catch (NotSupportedException exception)
        {
            throw new DiskException(Path, "write", "opened for reading only", exception);
        }
        catch (Exception exception) when (OsErrors.IsKnown(exception))
        {
            throw OsErrors.Of(Path, "write", exception);
        }
    }

    public void SetLength(long length)
    {
        try
        {
            RandomAccess.SetLength(stream.SafeFileHandle, length);
        }
        catch (NotSupportedException exception)
        {
            throw new DiskException(Path, "set length", "opened for reading only", exception);
        }
        catch (Exception exception) when (OsErrors.IsKnown(exception))
        {
            throw OsErrors.Of(Path, "set length", exception);
        }
    }

    public void Sync()
    {
        var windows = OperatingSystem.IsWindows();
        var error = windows ? WindowsCalls.SyncData(stream.SafeFileHandle) : UnixCalls.SyncData(stream.SafeFileHandle);
        if (error != 0)
            throw OsErrors.Of(Path, windows ? "FlushFileBuffers" : "fdatasync", error);
    }

    public void Dispose() => stream.Dispose();
}
