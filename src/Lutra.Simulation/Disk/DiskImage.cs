namespace Lutra.Simulation.Disk;

/// <summary>
/// What is on a disk: the names that programs see, the durable ones, and the changes between them that no sync of their folder has
/// made durable yet (pitfall D07).
/// </summary>
internal sealed class DiskImage
{
    private readonly List<NameChange> unsynced = [];
    private Names durable = new();

    public Names Current { get; private set; } = new();

    /// <summary>The bytes of every file that has a name.</summary>
    public long UsedBytes => Current.Files.Values.Sum(file => file.Length);

    public void Change(NameChange change)
    {
        change.Apply(Current);
        unsynced.Add(change);
    }

    public void SyncFolder(string path)
    {
        foreach (var change in unsynced.Where(change => change.Directory == path).ToArray())
        {
            change.Apply(durable);
            unsynced.Remove(change);
            // A file that is durable under its new name does not come back under the one it was made with.
            if (change is FileMoved moved)
                unsynced.RemoveAll(earlier => earlier is FileMade made && made.File == moved.File);
        }
    }

    /// <summary>
    /// The file system could not write a folder and calls it clean: its names are what they were. Were the new ones still seen, no later sync could be
    /// believed, and no program could do right.
    /// </summary>
    public void DropUnsyncedNames(string path)
    {
        unsynced.RemoveAll(change => change.Directory == path);
        Current = durable.Copy(file => file);
        foreach (var change in unsynced)
            change.Apply(Current);
    }

    /// <summary>Any subset of the unsynced sectors survives, and any of the unsynced names, or the first of them.</summary>
    public void PowerCut(Random random, bool namesInOrder = false)
    {
        var kept = random.Next(unsynced.Count + 1);
        for (var at = 0; at < unsynced.Count; at++)
        {
            if (namesInOrder ? at < kept : random.Next(2) == 0)
                unsynced[at].Apply(durable);
        }
        unsynced.Clear();
        durable.DropUnreachable();
        foreach (var file in durable.Files.Values)
            file.PowerCut(random);
        Current = durable.Copy(file => file);
    }

    public DiskImage Copy()
    {
        Dictionary<FileImage, FileImage> copies = new(ReferenceEqualityComparer.Instance);
        FileImage CopyOnce(FileImage file) => copies.TryGetValue(file, out var copy) ? copy : copies[file] = file.Copy();

        var image = new DiskImage { Current = Current.Copy(CopyOnce), durable = durable.Copy(CopyOnce) };
        foreach (var change in unsynced)
        {
            image.unsynced.Add(change switch
            {
                FileMade made => made with { File = CopyOnce(made.File) },
                FileMoved moved => moved with { File = CopyOnce(moved.File) },
                _ => change,
            });
        }
        return image;
    }
}
