namespace Lutra.Acceptance.Processes;

/// <summary>A file system of a few megabytes in memory, mounted for one test.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string path) => Path = path;

    public string Path { get; }

    public static SmallDisk Mount(int megabytes)
    {
        var path = Directory.CreateTempSubdirectory("lutra-small-disk-").FullName;
        var (code, said) = Tool.Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "lutra-test", path);
        if (code != 0)
        {
            Directory.Delete(path);
            Tools.NotRun($"no tmpfs can be mounted here: {said.Trim()}");
        }

        return new SmallDisk(path);
    }

    public void Dispose()
    {
        Tool.Run("umount", "--lazy", Path);
        Directory.Delete(Path);
    }
}
