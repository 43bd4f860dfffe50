using Lutra.Simulation.Scheduling;
using Lutra.Storage.Files;

namespace Lutra.Simulation.Disk;

/// <summary>A disk as one process sees it, until the process or the machine is gone.</summary>
internal sealed class MountedFiles(SimulatedDisk disk, SimulatedProcess process, int incarnation) : IFiles
{
    public string Location => $"{disk.Name} of {process.Name}";

    public bool Exists(string path)
    {
        RequireAlive();
        return disk.Image.Current.Files.ContainsKey(path);
    }

    public long Length(string path) => Find(path, "open").Length;

    public IReadOnlyList<string> List(string directory)
    {
        RequireAlive();
        return [.. disk.Image.Current.Files.Keys.Where(path => Names.FolderOf(path) == directory).Select(path => path[(directory.Length == 0 ? 0 : directory.Length + 1)..])];
    }

    public void CreateDirectory(string path)
    {
        if (path.Length == 0 || disk.Image.Current.Folders.Contains(path))
        {
            RequireAlive();
            return;
        }
        CreateDirectory(Names.FolderOf(path));
        Operate("make folder", path, () => disk.Image.Change(new FolderMade(Names.FolderOf(path), path)));
    }

    public IFile Create(string path)
    {
        RequireFolder(path, "create");
        if (Exists(path))
            throw new DiskException(path, "create", "a file of this name exists");
        var file = new FileImage();
        Operate("create", path, () => disk.Image.Change(new FileMade(Names.FolderOf(path), path, file)));
        return new MountedFile(this, path, file, writable: true);
    }

    public IFile Open(string path, bool writable) => new MountedFile(this, path, Find(path, "open"), writable);

    public void Rename(string from, string to)
    {
        var file = Find(from, "rename");
        RequireFolder(to, "rename");
        Operate("rename", to, () => disk.Image.Change(new FileMoved(Names.FolderOf(to), from, to, file)));
    }

    public void Delete(string path)
    {
        Find(path, "delete");
        Operate("delete", path, () => disk.Image.Change(new FileDeleted(Names.FolderOf(path), path)));
    }

    public void SyncDirectory(string path)
    {
        RequireAlive();
        if (!disk.Image.Current.Folders.Contains(path))
            throw new DiskException(path, "sync of folder", "no such folder");
        BeginSync(path);
        if (disk.Faults.IsSyncFailing(path))
        {
            disk.Image.DropUnsyncedNames(path);
            throw new DiskException(path, "fsync", "Input/output error (simulated)");
        }
        disk.Image.SyncFolder(path);
    }

    public IDisposable Lock(string path)
    {
        RequireAlive();
        RequireFolder(path, "lock");
        if (disk.Locks.TryGetValue(path, out var holder))
            throw new FolderInUseException(Location, holder);
        disk.Locks.Add(path, process.Name);
        return new HeldLock(disk, path, incarnation);
    }

    public void Submit(DiskRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var file = (MountedFile)request.File;
        try
        {
            if (!request.Bytes.IsEmpty)
                file.Write(request.Bytes.Span, request.Offset);
            if (request.Sync)
                BeginSync(file.Path);
        }
        catch (DiskException exception)
        {
            disk.AfterLatency(() => Complete(request, exception));
            return;
        }
        // The sync covers what was written before it began, and nothing is durable before it ends.
        var pending = request.Sync ? file.Image.BeginSync() : null;
        disk.AfterLatency(() => FinishOrStall(request, file.Image, pending));
    }

    internal int Read(MountedFile file, Span<byte> target, long offset)
    {
        RequireAlive();
        if (disk.Faults.IsReadFailing())
            throw new DiskException(file.Path, "read", "Input/output error (simulated)");
        var count = file.Image.Read(target, offset);
        if (count > 0 && disk.Faults.IsMisreading())
            target[count / 2] ^= 0x10;
        return count;
    }

    internal void Write(MountedFile file, ReadOnlySpan<byte> source, long offset)
    {
        RequireAlive();
        RequireWritable("write", file.Path);
        if (disk.Faults.IsWriteFailing())
        {
            file.Image.Write(source[..(source.Length / 2)], offset);
            throw new DiskException(file.Path, "write", "Input/output error (simulated)");
        }
        var fits = RoomFor(file.Image, offset + source.Length) - offset;
        if (fits < source.Length)
        {
            file.Image.Write(source[..(int)Math.Max(0, fits)], offset);
            throw new DiskFullException(file.Path, "write");
        }
        var crashes = disk.IsCrashingNow("write", file.Path);
        file.Image.Write(source, offset);
        if (crashes)
            throw Crash("write", file.Path);
    }

    internal void SetLength(MountedFile file, long length)
    {
        RequireAlive();
        RequireWritable("set length", file.Path);
        if (RoomFor(file.Image, length) < length)
            throw new DiskFullException(file.Path, "set length");
        Operate("set length", file.Path, () => file.Image.SetLength(length));
    }

    internal void Sync(MountedFile file)
    {
        RequireAlive();
        BeginSync(file.Path);
        FinishSync(file.Image, file.Path, file.Image.BeginSync());
    }

    internal void RequireAlive()
    {
        if (!process.IsAlive || disk.IsCrashed || disk.Incarnation != incarnation)
            throw new SimulatedCrashException($"{process.Name} no longer runs on {disk.Name}.");
    }

    private void Operate(string operation, string path, Action effect)
    {
        RequireAlive();
        RequireWritable(operation, path);
        var crashes = disk.IsCrashingNow(operation, path);
        effect();
        if (crashes)
            throw Crash(operation, path);
    }

    private void RequireWritable(string operation, string path)
    {
        if (disk.Faults.IsReadOnly)
            throw new DiskException(path, operation, "Read-only file system (simulated)");
    }

    private void BeginSync(string path)
    {
        RequireAlive();
        if (disk.IsCrashingNow("sync", path))
            throw Crash("sync", path);
    }

    private SimulatedCrashException Crash(string operation, string path)
    {
        process.Kill();
        return new SimulatedCrashException($"{disk.Name} halted at operation {disk.Operations}: {operation} of {path}");
    }

    private void FinishOrStall(DiskRequest request, FileImage file, FileImage.PendingSync? pending)
    {
        // A process that was killed has left its sync to the kernel; a machine without power has not.
        if (disk.IsCrashed || disk.Incarnation != incarnation)
            return;
        if (pending is not null && disk.Faults.StallSyncs)
        {
            disk.Faults.Stall(() => FinishOrStall(request, file, pending));
            return;
        }
        try
        {
            if (pending is not null)
                FinishSync(file, request.File.Path, pending);
        }
        catch (DiskException exception)
        {
            Complete(request, exception);
            return;
        }
        Complete(request, null);
    }

    private void FinishSync(FileImage file, string path, FileImage.PendingSync pending)
    {
        if (disk.Faults.IsSyncFailing(path))
        {
            file.DropUnsynced();
            throw new DiskException(path, "fdatasync", "Input/output error (simulated)");
        }
        file.CompleteSync(pending);
        disk.Synced?.Invoke(path, file);
    }

    private void Complete(DiskRequest request, DiskException? failure)
    {
        if (disk.IsCrashed || disk.Incarnation != incarnation)
            return;
        process.Run(() => request.Completed(failure));
    }

    // The length up to which a file may grow; as far as asked where it does not grow at all.
    private long RoomFor(FileImage file, long end)
    {
        if (disk.Faults.QuotaBytes is not { } quota || end <= file.Length)
            return end;
        return Math.Min(end, file.Length + Math.Max(0, quota - disk.UsedBytes));
    }

    private FileImage Find(string path, string operation)
    {
        RequireAlive();
        return disk.Image.Current.Files.TryGetValue(path, out var file) ? file : throw new DiskException(path, operation, "no such file");
    }

    private void RequireFolder(string path, string operation)
    {
        if (!disk.Image.Current.Folders.Contains(Names.FolderOf(path)))
            throw new DiskException(path, operation, "no such folder");
    }

    private sealed class HeldLock(SimulatedDisk disk, string path, int incarnation) : IDisposable
    {
        public void Dispose()
        {
            if (disk.Incarnation == incarnation)
                disk.Locks.Remove(path);
        }
    }
}
