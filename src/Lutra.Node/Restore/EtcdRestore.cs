using Lutra.Keyspace;
using Lutra.Keyspace.Snapshots.Etcd;
using Lutra.Node.Formation;
using Lutra.Node.Identity;
using Lutra.Storage.Files;
using Lutra.Storage.Tables;

namespace Lutra.Node.Restore;

/// <summary>
/// A snapshot of etcd's becomes the folder of a new node, as one of ours does (<see cref="SnapshotRestore"/>). Its records come in the order of revisions and are sorted by
/// key in the node's own tables, which flush and merge as in a running node: so it takes no more memory than a node, however large the file is.
/// </summary>
internal static class EtcdRestore
{
    // Half of the progress is the check.
    private const double CheckPart = 0.5;

    /// <param name="file">It is read from end to end before anything is written, and then once more.</param>
    /// <param name="progress">How far it is, from 0 to 1.</param>
    /// <exception cref="LutraException">The folder is not empty, or the file cannot be restored.</exception>
    /// <exception cref="DiskException">The snapshot is damaged, or the disk failed.</exception>
    public static RestoredNode Run(IFile file, IFiles files, Label label, RestoreOptions options, Random random, Action<double> progress)
    {
        NewFolder.RequireFree(files);
        var contents = EtcdSnapshotFile.Check(file, options.SkipHashCheck, done => progress(done * CheckPart));
        var identity = new NodeIdentity(
            IdentityFile.DrawNode(random), label, options.ClusterName, Boots: 1, Fresh.Record, BaseStateName.Of(contents.Sha256.AsSpan(), options.RevisionJump));
        var (keys, leases, revision) = NewFolder.Make(files, identity, () => Replay(file, files, contents, options.RevisionJump, progress));
        return new RestoredNode(files.Location, label.Text, identity.Node.ToString(), null, contents.Revision, keys, leases, revision);
    }

    private static (long Keys, long Leases, Revision Revision) Replay(IFile file, IFiles files, EtcdSnapshotContents contents, long revisionJump, Action<double> progress)
    {
        DiskException? failure = null;
        var scheduler = new InlineScheduler();
        var events = new TableEvents(_ => { }, () => { }, fault => failure = fault, _ => { });
        using var tables = TableStore.Open(files, scheduler, new TableOptions(), new KeyspaceMergeRule(), events);
        using var replay = new EtcdReplay(contents, file, tables, revisionJump);
        while (replay.Step())
        {
            Settle();
            progress(CheckPart + (replay.Progress * (1 - CheckPart)));
        }
        tables.RequestFlush();
        Settle();
        if (tables.Durable != replay.Position)
            throw new DiskException(files.Location, "write", "the tables did not become durable");
        progress(1);
        return (replay.Keys, replay.Leases, replay.Revision);

        void Settle()
        {
            scheduler.Run();

            // A node waits for room and tries again; who makes a folder says so and ends.
            if ((failure ?? tables.WriteTrouble) is { } fault)
                throw fault;
        }
    }
}
