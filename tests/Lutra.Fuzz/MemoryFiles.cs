using Lutra.Storage.Files;

namespace Lutra.Fuzz;

/// <summary>A data folder in memory: what a parser of files finds, and no more than it takes for that.</summary>
internal sealed class MemoryFiles : IFiles
{
    private readonly SortedDictionary<string, byte[]> files = new(StringComparer.Ordinal);

    public string Location => "memory";

    public byte[] this[string path]
    {
        get => files.TryGetValue(path, out var bytes) ? bytes : throw new DiskException(path, "open", "there is no such file");
        set => files[path] = value;
    }

    public bool Exists(string path) => files.ContainsKey(path);

    public long Length(string path) => this[path].Length;

    public IReadOnlyList<string> List(string directory) =>
        [.. files.Keys.Where(path => path.StartsWith(directory + "/", StringComparison.Ordinal)).Select(path => path[(directory.Length + 1)..]).Where(name => !name.Contains('/'))];

    public void CreateDirectory(string path)
    {
        // Folders are names only.
    }

    public IFile Create(string path)
    {
        files.Add(path, []);
        return new MemoryFile(this, path);
    }

    public IFile Open(string path, bool writable) => new MemoryFile(this, Exists(path) ? path : throw new DiskException(path, "open", "there is no such file"));

    public void Rename(string from, string to)
    {
        files[to] = this[from];
        files.Remove(from);
    }

    public void Delete(string path) => files.Remove(path);

    public void SyncDirectory(string path)
    {
        // What is written is there.
    }

    public IDisposable Lock(string path) => new MemoryStream();

    public void Submit(DiskRequest request)
    {
        request.File.Write(request.Bytes.Span, request.Offset);
        request.Completed(null);
    }

    private sealed class MemoryFile(MemoryFiles files, string path) : IFile
    {
        public string Path => path;

        public long Length => files[path].Length;

        public int Read(Span<byte> target, long offset)
        {
            var bytes = files[path];
            var count = (int)Math.Clamp(bytes.Length - offset, 0, target.Length);
            if (count > 0)
                bytes.AsSpan((int)offset, count).CopyTo(target);
            return count;
        }

        public void Write(ReadOnlySpan<byte> source, long offset)
        {
            var bytes = files[path];
            if (bytes.Length < offset + source.Length)
                files[path] = bytes = [.. bytes, .. new byte[offset + source.Length - bytes.Length]];
            source.CopyTo(bytes.AsSpan((int)offset));
        }

        public void SetLength(long length)
        {
            var bytes = files[path];
            Array.Resize(ref bytes, (int)length);
            files[path] = bytes;
        }

        public void Sync()
        {
            // What is written is there.
        }

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
