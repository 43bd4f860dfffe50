namespace Lutra.Simulation.Disk;

/// <summary>The folders and files of a disk by their paths. The root folder, "", is always there.</summary>
internal sealed class Names
{
    public SortedSet<string> Folders { get; private init; } = new(StringComparer.Ordinal) { "" };

    public SortedDictionary<string, FileImage> Files { get; private init; } = new(StringComparer.Ordinal);

    public static string FolderOf(string path) => path.LastIndexOf('/') is var slash and >= 0 ? path[..slash] : "";

    /// <summary>A file or folder whose folder is not there cannot be reached: it is gone.</summary>
    public void DropUnreachable()
    {
        while (Folders.RemoveWhere(folder => folder.Length > 0 && !Folders.Contains(FolderOf(folder))) > 0)
        {
            // Each pass may orphan the next level.
        }
        foreach (var path in Files.Keys.Where(path => !Folders.Contains(FolderOf(path))).ToArray())
            Files.Remove(path);
    }

    public Names Copy(Func<FileImage, FileImage> copyFile)
    {
        var copy = new Names { Folders = new(Folders, StringComparer.Ordinal), Files = new(StringComparer.Ordinal) };
        foreach (var (path, file) in Files)
            copy.Files.Add(path, copyFile(file));
        return copy;
    }
}
