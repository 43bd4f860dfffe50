using Lutra.Storage.Files;

namespace Lutra.Storage.Tables;

/// <summary>Where the manifest lies, and how it is read when a store opens.</summary>
internal static class ManifestFile
{
    public const string Folder = "tables";
    public const string Path = Folder + "/manifest";

    /// <summary>The next manifest until it is durable and takes the place of the last.</summary>
    public const string NewPath = Folder + "/manifest.new";

    /// <summary>
    /// The durable manifest. In a new folder the first, empty one is written before any table can be: so tables without a manifest are not
    /// remains of a crash but a folder that lost it, and are not deleted.
    /// </summary>
    public static Manifest ReadOrCreate(IFiles files)
    {
        files.CreateDirectory(Folder);
        if (files.Exists(NewPath))
        {
            Marks.UnfinishedManifestDeleted.Hit();
            files.Delete(NewPath);
        }
        if (files.Exists(Path))
        {
            // A process that died between renaming and syncing leaves a manifest that is seen, and gone when the power goes: nothing may rest on it before.
            files.SyncDirectory("");
            files.SyncDirectory(Folder);
            return Read(files);
        }
        if (files.List(Folder).FirstOrDefault(name => ManifestTable.TryParseName(name, out _)) is { } table)
            throw new DamagedFileException(Path, 0, $"there is no manifest, but there are tables ({table}): which count is unknown");
        files.SyncDirectory("");
        Create(files, Manifest.Empty);
        return Manifest.Empty;
    }

    /// <summary>The first manifest of a folder, durable when this returns. The tables that it names are durable already, their names too.</summary>
    public static void Create(IFiles files, Manifest first)
    {
        using (var file = files.Create(NewPath))
        {
            file.Write(first.ToBytes(), 0);
            file.Sync();
        }
        files.Rename(NewPath, Path);
        files.SyncDirectory(Folder);
    }

    /// <summary>
    /// Removes what a crash left of tables that were never named, or are no longer. Returns a number above all that were ever seen.
    /// </summary>
    public static ulong DeleteUnnamed(IFiles files, Manifest manifest)
    {
        var named = manifest.Tables.Select(table => table.Number).ToHashSet();
        var next = manifest.NextNumber;
        foreach (var name in files.List(Folder))
        {
            if (!ManifestTable.TryParseName(name, out var number) || named.Contains(number))
                continue;
            Marks.UnnamedTableDeleted.Hit();
            files.Delete($"{Folder}/{name}");
            next = Math.Max(next, number + 1);
        }
        return next;
    }

    private static Manifest Read(IFiles files)
    {
        using var file = files.Open(Path, writable: false);
        var length = file.Length;
        if (length > Manifest.LengthBytesMax)
            throw new DamagedFileException(Path, 0, $"{length} bytes are too many for a manifest");
        var bytes = new byte[length];
        var read = file.Read(bytes, 0);
        return Manifest.Parse(bytes.AsSpan(0, read), Path);
    }
}
