using Lutra.Node.Identity;
using Lutra.Node.Restore;
using Lutra.Storage.Files;

namespace Lutra.Node.Hosting;

/// <summary>What is done with data folders while no node runs on them: on the real disk, waiting for it.</summary>
public static class FolderTools
{
    /// <summary>Makes the folder of a new node from a snapshot.</summary>
    /// <param name="progress">How far it is, from 0 to 1.</param>
    /// <exception cref="ArgumentException">The options cannot be.</exception>
    /// <exception cref="LutraException">The folder is not empty, or the state cannot be restored.</exception>
    /// <exception cref="DiskException">The snapshot is damaged, or the disk failed.</exception>
    public static RestoredNode Restore(string snapshotPath, RestoreOptions options, Action<double> progress)
    {
        if (options.Errors() is { Count: > 0 } errors)
            throw new ArgumentException(string.Join(Environment.NewLine, errors), nameof(options));
        var full = Path.GetFullPath(snapshotPath);
        var label = Label.Parse(options.Label);
        IFile Open() => new OsFiles(Path.GetDirectoryName(full)!).Open(Path.GetFileName(full), writable: false);
        return SnapshotRestore.Run(
            Open, new OsFiles(Path.Combine(options.Directory, label.Text)), label, options.ClusterName, options.RevisionJump, new SystemRandom(), progress);
    }
}
