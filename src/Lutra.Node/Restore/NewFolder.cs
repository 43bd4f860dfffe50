using Lutra.Keyspace.Snapshots;
using Lutra.Node.Identity;
using Lutra.Storage.Files;

namespace Lutra.Node.Restore;

/// <summary>
/// Makes a node's folder from a state that was taken elsewhere. The identity is written last, and a node starts only from a folder with one: so a crash leaves a folder
/// that says that it is unfinished, never half a state that serves. Waits for the disk; the folder is locked meanwhile.
/// </summary>
internal static class NewFolder
{
    /// <summary>There while a folder is being made: what lies beside it counts for nothing, unless there is an identity.</summary>
    public const string UnfinishedPath = "unfinished-restore";

    // Where a node, or an unfinished restore, has files.
    private static readonly string[] Folders = ["", "tables", "log", "incoming"];

    /// <returns>The revision at which the node begins.</returns>
    /// <exception cref="LutraException">The folder is not empty.</exception>
    /// <exception cref="DiskException">The disk failed, or the source is damaged.</exception>
    public static Revision Make(IFiles files, ISnapshotEntries entries, long keyCountMax, long revisionJump, NodeIdentity identity) =>
        Make(files, identity, () => StateImport.Write(entries, files, keyCountMax, revisionJump));

    /// <param name="writeTables">Makes the tables, durable when it returns, of a folder that has none; returns what it has to say of them.</param>
    public static T Make<T>(IFiles files, NodeIdentity identity, Func<T> writeTables)
    {
        using var held = files.Lock(IdentityFile.LockPath);
        RequireFree(files);
        if (!files.Exists(UnfinishedPath))
            files.Create(UnfinishedPath).Dispose();
        files.SyncDirectory("");
        Clear(files);
        var written = writeTables();
        IdentityFile.Create(files, identity);
        files.Delete(UnfinishedPath);
        files.SyncDirectory("");
        return written;
    }

    /// <summary>So that nobody waits for a long restore only to hear this at its end.</summary>
    public static void RequireFree(IFiles files)
    {
        if (files.Exists(IdentityFile.Path))
        {
            throw new LutraException(
                LutraError.InvalidArgument, $"The folder {files.Location} holds a node already. Restore into another --dir or under another --id; nothing was changed.");
        }
        if (files.Exists(UnfinishedPath))
            return;
        foreach (var folder in Folders)
        {
            if (files.List(folder).FirstOrDefault(name => folder.Length > 0 || name != IdentityFile.LockPath) is { } stranger)
            {
                throw new LutraException(
                    LutraError.InvalidArgument,
                    $"The folder {files.Location} is not empty: it holds {(folder.Length > 0 ? $"{folder}/" : "")}{stranger}. Restore into an empty one; nothing was changed.");
            }
        }
    }

    /// <summary>What an attempt that was cut off has left.</summary>
    private static void Clear(IFiles files)
    {
        foreach (var folder in Folders)
        {
            foreach (var name in files.List(folder))
            {
                if (folder.Length > 0 || name is not (IdentityFile.LockPath or UnfinishedPath))
                    files.Delete(folder.Length > 0 ? $"{folder}/{name}" : name);
            }
        }
    }
}
