using System.Diagnostics;

namespace Lutra.Acceptance.Processes;

/// <summary>A file system of a few megabytes, mounted for one test.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string path) => Path = path;

    public string Path { get; }

    public static SmallDisk Mount(int megabytes)
    {
        Tools.Require("mount");
        var path = Directory.CreateTempSubdirectory("lutra-small-disk-").FullName;
        if (Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "lutra-test", path) != 0)
        {
            Directory.Delete(path);
            Tools.Missing("this user may not mount a tmpfs");
        }

        return new SmallDisk(path);
    }

    public void Dispose()
    {
        Run("umount", "--lazy", Path);
        Directory.Delete(Path);
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
