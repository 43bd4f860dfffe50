using System.Diagnostics;

namespace Lutra.Acceptance.Processes;

/// <summary>
/// A file system (ext4) in an image file, mounted for one test. What was not synced is in the kernel's memory and not in the image: whoever mounts a copy of the image has what a machine
/// has after its power was cut.
/// </summary>
internal sealed class ImageDisk : IDisposable
{
    private const int BlockBytes = 1024 * 1024;
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(60);

    private readonly string image;

    private ImageDisk(string image, string path) => (this.image, Path) = (image, path);

    /// <summary>Where it is mounted.</summary>
    public string Path { get; }

    public static ImageDisk Mount(int megabytes)
    {
        var folder = Directory.CreateTempSubdirectory("lutra-image-").FullName;
        var disk = new ImageDisk(System.IO.Path.Combine(folder, "image"), Directory.CreateDirectory(System.IO.Path.Combine(folder, "mounted")).FullName);
        using (var file = File.Create(disk.image))
            file.SetLength((long)megabytes * BlockBytes);
        var made = Tool.Run("mkfs.ext4", "-q", "-F", disk.image);
        if (made.ExitCode == 0)
            made = disk.Mount();
        if (made.ExitCode != 0)
        {
            Directory.Delete(folder, recursive: true);
            Tools.NotRun($"no image can be mounted here: {made.Output.Trim()}");
        }

        return disk;
    }

    /// <summary>Copies the image as it is now. Who writes to it stands still.</summary>
    public void Capture()
    {
        // The kernel may write in the background, too: a copy that is the same as the image after it was made is the image of one moment.
        var started = Stopwatch.GetTimestamp();
        do
        {
            File.Copy(image, image + ".cut", overwrite: true);
            Assert.True(Stopwatch.GetElapsedTime(started) < patience, $"{image} is written to without an end.");
        }
        while (!AreSame(image, image + ".cut"));
    }

    /// <summary>Who wrote to it was killed: the power is back, and the image is the one that was captured.</summary>
    public void Return()
    {
        Unmount();
        File.Move(image + ".cut", image, overwrite: true);
        var (code, said) = Mount();
        Assert.True(code == 0, said);
    }

    public void Dispose()
    {
        Unmount();
        Directory.Delete(System.IO.Path.GetDirectoryName(image)!, recursive: true);
    }

    // Its own journal is written when a file is synced, not from time to time.
    private (int ExitCode, string Output) Mount() => Tool.Run("mount", "-o", "loop,commit=600", image, Path);

    private void Unmount()
    {
        var started = Stopwatch.GetTimestamp();
        while (Tool.Run("umount", Path) is { ExitCode: not 0 } failed)
            Assert.True(Stopwatch.GetElapsedTime(started) < patience, failed.Output);
    }

    private static bool AreSame(string one, string other)
    {
        using var left = File.OpenRead(one);
        using var right = File.OpenRead(other);
        var (mine, theirs) = (new byte[BlockBytes], new byte[BlockBytes]);
        while (left.ReadAtLeast(mine, BlockBytes, throwOnEndOfStream: false) is > 0 and var read)
        {
            if (right.ReadAtLeast(theirs, BlockBytes, throwOnEndOfStream: false) != read || !mine.AsSpan(0, read).SequenceEqual(theirs.AsSpan(0, read)))
                return false;
        }

        return true;
    }
}
