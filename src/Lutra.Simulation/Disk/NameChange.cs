namespace Lutra.Simulation.Disk;

/// <summary>
/// A change of names that a power cut keeps whole or loses whole. <paramref name="Directory"/> is the folder whose sync makes it
/// durable: the one that holds the new name.
/// </summary>
internal abstract record NameChange(string Directory)
{
    public abstract void Apply(Names names);
}

internal sealed record FolderMade(string Directory, string Path) : NameChange(Directory)
{
    public override void Apply(Names names) => names.Folders.Add(Path);
}

internal sealed record FileMade(string Directory, string Path, FileImage File) : NameChange(Directory)
{
    public override void Apply(Names names) => names.Files[Path] = File;
}

internal sealed record FileMoved(string Directory, string From, string To, FileImage File) : NameChange(Directory)
{
    public override void Apply(Names names)
    {
        if (names.Files.TryGetValue(From, out var there) && there == File)
            names.Files.Remove(From);
        names.Files[To] = File;
    }
}

internal sealed record FileDeleted(string Directory, string Path) : NameChange(Directory)
{
    public override void Apply(Names names) => names.Files.Remove(Path);
}
