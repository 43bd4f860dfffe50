using Lutra.Keyspace.Snapshots.Etcd;
using Lutra.Node.Identity;
using Lutra.Node.Restore;
using Lutra.Storage.Files;

namespace Lutra.Node.Hosting;

/// <summary>What is done with data folders while no node runs on them: on the real disk, waiting for it.</summary>
public static class FolderTools
{
    private const string IdentityName = IdentityFile.Path;

    /// <summary>Opens the folders that are left of a cluster, to look at them and to make a new cluster from one. Takes their locks until disposed.</summary>
    /// <param name="folders">Each a node's folder, or one that holds such folders.</param>
    /// <exception cref="LutraException">A folder holds no node, or they are of different clusters.</exception>
    /// <exception cref="FolderInUseException">A node runs on one of them.</exception>
    public static Recovery OpenSurvivors(IReadOnlyList<string> folders)
    {
        List<IFiles> found = [];
        foreach (var folder in folders.SelectMany(NodeFolders).Distinct(StringComparer.Ordinal))
            found.Add(new OsFiles(folder));
        return Recovery.Open(found);
    }

    /// <summary>Makes a new cluster from the best of the survivors.</summary>
    /// <param name="directory">Holds one folder per label; that of the survivor's label must be new or empty in it.</param>
    /// <param name="progress">How far it is, from 0 to 1.</param>
    public static RestoredNode Recover(Recovery recovery, string directory, long revisionJump, Action<double> progress)
    {
        var label = recovery.Best?.Label ?? throw new LutraException(LutraError.InvalidArgument, "None of the folders can be used.");
        return recovery.Make(
            new OsFiles(Path.Combine(directory, label)), revisionJump, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), new SystemRandom(), progress);
    }

    /// <summary>The state of the best of the survivors as a snapshot, in pieces: each holds until the next.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> SaveBest(Recovery recovery) => recovery.Save(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>Makes the folder of a new node from a snapshot, of ours or of etcd's, as its first bytes tell.</summary>
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
        var folder = Path.Combine(options.Directory, label.Text);
        string[] made = [.. new[] { folder, options.Directory }.Where(each => !Directory.Exists(each))];
        try
        {
            using (var opened = Open())
            {
                if (EtcdSnapshotFile.Recognises(opened))
                    return EtcdRestore.Run(opened, new OsFiles(folder), label, options, new SystemRandom(), progress);
            }
            return SnapshotRestore.Run(Open, new OsFiles(folder), label, options.ClusterName, options.RevisionJump, new SystemRandom(), progress);
        }
        catch
        {
            // A snapshot that is none leaves nothing behind; what was begun stays, and says that it is unfinished.
            foreach (var each in made.Where(each => Directory.Exists(each) && !Directory.EnumerateFileSystemEntries(each).Any()))
                Directory.Delete(each);
            throw;
        }
    }

    private static IEnumerable<string> NodeFolders(string folder)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (!Directory.Exists(full))
            throw new LutraException(LutraError.InvalidArgument, $"There is no folder {folder}.");
        if (File.Exists(Path.Combine(full, IdentityName)))
            return [full];
        string[] inside = [.. Directory.EnumerateDirectories(full).Where(each => File.Exists(Path.Combine(each, IdentityName))).Order(StringComparer.Ordinal)];
        return inside.Length > 0
            ? inside
            : throw new LutraException(LutraError.InvalidArgument, $"{folder} is no node's folder and holds none. Name the folder of a node, such as ./lutra-data/1, or the --dir that it was served from.");
    }
}
