using Lutra.Keyspace.Snapshots;
using Lutra.Node.Formation;
using Lutra.Node.Identity;
using Lutra.Storage.Files;

namespace Lutra.Node.Restore;

/// <summary>
/// A snapshot becomes the folder of a new node: fresh, under a NodeId of its own, with the state that the cluster will begin with. Which cluster that is, the nodes
/// agree when they first meet, as always; the file's own cluster is never one of them (docs/decisions/restoring.md).
/// </summary>
internal static class SnapshotRestore
{
    /// <param name="open">Opens the snapshot: it is read from end to end before anything is written, and then once more.</param>
    /// <param name="progress">How far it is, from 0 to 1.</param>
    /// <exception cref="LutraException">The folder is not empty, or the file cannot be restored.</exception>
    /// <exception cref="DiskException">The snapshot is damaged, or the disk failed.</exception>
    public static RestoredNode Run(
        Func<IFile> open, IFiles files, Label label, string clusterName, long revisionJump, Random random, Action<double> progress)
    {
        NewFolder.RequireFree(files);
        using var checking = open();
        using var whole = new SnapshotReader(checking);
        var entries = Drain(whole, done => progress(done / 2));

        using var file = open();
        using var reader = new SnapshotReader(file);
        var source = new ProgressEntries(reader, whole.Sha256, done => progress(0.5 + (done / 2)));
        var identity = new NodeIdentity(
            IdentityFile.DrawNode(random), label, clusterName, Boots: 1, Fresh.Record, BaseStateName.Of(whole.Sha256.AsSpan(), revisionJump));
        var revision = NewFolder.Make(files, source, entries, revisionJump, identity);
        return new RestoredNode(files.Location, label.Text, identity.Node.ToString(), null, whole.Header.Revision, whole.KeyCount, whole.LeaseCount, revision);
    }

    private static long Drain(SnapshotReader reader, Action<double> progress)
    {
        var entries = 0L;
        var source = new ProgressEntries(reader, [], progress);
        while (source.Next())
            entries++;
        return entries;
    }
}

/// <summary>The folder that a restore or a recovery made.</summary>
/// <param name="Cluster">Null where the cluster's id is drawn when its nodes first meet.</param>
/// <param name="SourceRevision">Of the state that it comes from.</param>
/// <param name="Revision">At which the new cluster begins.</param>
public sealed record RestoredNode(
    string Folder, string Label, string Node, string? Cluster, Revision SourceRevision, long Keys, long Leases, Revision Revision);
