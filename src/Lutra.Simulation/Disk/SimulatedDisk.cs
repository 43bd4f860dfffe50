using Lutra.Simulation.Scheduling;
using Lutra.Storage.Files;

namespace Lutra.Simulation.Disk;

/// <summary>
/// One machine's disk. It outlives the processes that mount it: <see cref="Kill"/> keeps everything they wrote, <see cref="PowerCut"/>
/// only what they synced and any part of the rest. After either, files of earlier mounts refuse to work.
/// </summary>
public sealed class SimulatedDisk(SimulatedScheduler scheduler, string name)
{
    private readonly Random latency = scheduler.RandomFor($"latency of {name}");
    private DiskImage image = new();

    /// <summary>What <see cref="LatencyMax"/> is on a good disk.</summary>
    public static TimeSpan LatencyUsual { get; } = TimeSpan.FromMicroseconds(500);

    public string Name => name;

    public DiskFaults Faults { get; } = new();

    /// <summary>How long a submitted write or sync takes: drawn anew for each, up to this.</summary>
    public TimeSpan LatencyMax { get; set; } = LatencyUsual;

    /// <summary>Calls so far that change names or bytes or sync them: the points at which <see cref="DiskFaults.CrashIn"/> may crash.</summary>
    public long Operations { get; private set; }

    /// <summary>A power cut keeps unsynced names in the order in which they were made, as file systems with a journal do; else any of them.</summary>
    public bool KeepsNamesInOrder { get; set; }

    public long UsedBytes => image.UsedBytes;

    /// <summary>The paths of all files, sorted.</summary>
    public IReadOnlyList<string> Paths => [.. image.Current.Files.Keys];

    internal DiskImage Image => image;

    /// <summary>Called when a sync of this file has made its bytes durable.</summary>
    internal Action<string, FileImage>? Synced { get; set; }

    // Raised when every earlier mount ends.
    internal int Incarnation { get; private set; }

    internal bool IsCrashed { get; private set; }

    internal SortedDictionary<string, string> Locks { get; } = new(StringComparer.Ordinal);

    /// <summary>The disk's root as the data folder of a process. Several may mount one disk at a time, as on a real machine.</summary>
    public IFiles Mount(SimulatedProcess process) => new MountedFiles(this, process, Incarnation);

    /// <summary>Every process that mounted the disk is gone; what they wrote is there, synced or not.</summary>
    public void Kill()
    {
        Incarnation++;
        IsCrashed = false;
        Locks.Clear();
    }

    /// <summary>The machine lost power: of what was not synced, any subset survives, per sector and per name.</summary>
    public void PowerCut(Random random)
    {
        Kill();
        image.PowerCut(random, KeepsNamesInOrder);
    }

    /// <summary>A copy of everything on the disk as programs see it now and of what is not yet durable: for <see cref="Restore"/>.</summary>
    public SavedDisk Save() => new(image.Copy());

    /// <summary>Puts a saved copy back, as an administrator with an old backup would; it may be put back again.</summary>
    public void Restore(SavedDisk saved)
    {
        ArgumentNullException.ThrowIfNull(saved);
        Kill();
        image = saved.Image.Copy();
    }

    /// <summary>The kernel writes back what programs wrote, as it does where a machine stays up long enough: the bytes of all files are durable, without a sync.</summary>
    internal void WriteBack()
    {
        foreach (var file in image.Current.Files.Values)
            file.CompleteSync(file.BeginSync());
    }

    /// <summary>Flips the bits of <paramref name="mask"/> in one byte on the medium.</summary>
    public void Corrupt(string path, long offsetBytes, byte mask) => Find(path).Corrupt(offsetBytes, mask);

    /// <summary>A durable sector is found as it was before its last write.</summary>
    internal void TurnBack(string path, int sector) => Find(path).Lose(sector, all: false);

    /// <summary>A durable sector is found empty.</summary>
    internal void Empty(string path, int sector) => Find(path).Lose(sector, all: true);

    /// <summary>The bytes of a file as a program would read them.</summary>
    public byte[] ReadAll(string path)
    {
        var file = Find(path);
        var bytes = new byte[file.Length];
        file.Read(bytes, 0);
        return bytes;
    }

    /// <summary>Makes or replaces a file, durably, behind everybody's back.</summary>
    public void Plant(string path, ReadOnlySpan<byte> bytes)
    {
        var file = new FileImage();
        file.Write(bytes, 0);
        file.CompleteSync(file.BeginSync());
        var folder = Names.FolderOf(path);
        for (var parent = folder; parent.Length > 0; parent = Names.FolderOf(parent))
        {
            image.Change(new FolderMade(Names.FolderOf(parent), parent));
            image.SyncFolder(Names.FolderOf(parent));
        }
        image.Change(new FileMade(folder, path, file));
        image.SyncFolder(folder);
    }

    /// <summary>Counts an operation; true where the machine halts in it. Its effect may or may not be on the disk then.</summary>
    internal bool IsCrashingNow(string operation, string path)
    {
        Operations++;
        if (Faults.IsCrashing(operation, path))
            IsCrashed = true;
        return IsCrashed;
    }

    internal void AfterLatency(Action completion)
    {
        var delay = TimeSpan.FromMicroseconds(latency.Next((int)LatencyMax.TotalMicroseconds + 1));
        scheduler.After(delay, completion);
    }

    private FileImage Find(string path) =>
        image.Current.Files.TryGetValue(path, out var file) ? file : throw new FileNotFoundException($"No {path} on {name}.", path);
}

/// <summary>A copy of a disk, unsynced parts included; never changed.</summary>
public sealed class SavedDisk
{
    internal SavedDisk(DiskImage image) => Image = image;

    internal DiskImage Image { get; }
}
