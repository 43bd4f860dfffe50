using Lutra.Storage.Files;

namespace Lutra.Simulation.Disk;

/// <summary>An open file of one mount.</summary>
internal sealed class MountedFile(MountedFiles files, string path, FileImage image, bool writable) : IFile
{
    private bool disposed;

    public string Path => path;

    public FileImage Image => image;

    public long Length
    {
        get
        {
            RequireOpen();
            return image.Length;
        }
    }

    public int Read(Span<byte> target, long offset)
    {
        RequireOpen();
        return files.Read(this, target, offset);
    }

    public void Write(ReadOnlySpan<byte> source, long offset)
    {
        RequireWritable("write");
        files.Write(this, source, offset);
    }

    public void SetLength(long length)
    {
        RequireWritable("set length");
        files.SetLength(this, length);
    }

    public void Sync()
    {
        RequireOpen();
        files.Sync(this);
    }

    public void Dispose() => disposed = true;

    private void RequireOpen()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        files.RequireAlive();
    }

    private void RequireWritable(string operation)
    {
        RequireOpen();
        if (!writable)
            throw new DiskException(path, operation, "opened for reading only");
    }
}
