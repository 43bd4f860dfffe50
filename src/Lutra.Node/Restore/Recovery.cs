using System.Buffers.Binary;
using Lutra.Keyspace.Snapshots;
using Lutra.Node.Formation;
using Lutra.Node.Identity;
using Lutra.Raft;
using Lutra.Storage.Files;

namespace Lutra.Node.Restore;

/// <summary>
/// The way back after a majority was lost for good: what the folders that are left hold, and a new cluster of one from the best of them, under a new cluster id and
/// NodeId (pitfall M14). The folders are locked meanwhile, and none is written to.
/// </summary>
public sealed class Recovery : IDisposable
{
    private readonly List<Survivor> survivors = [];
    private readonly List<SurvivingFolder> folders = [];
    private Survivor? best;

    private Recovery()
    {
    }

    /// <summary>In the order in which they were named.</summary>
    public IReadOnlyList<SurvivingFolder> Folders => folders;

    /// <summary>The one that holds most; null where none can be used.</summary>
    public SurvivingFolder? Best { get; private set; }

    /// <summary>What is left of the cluster, and what could be lost; null where no folder can be used.</summary>
    public LossReport? Loss { get; private set; }

    private Survivor Chosen => best ?? throw new LutraException(LutraError.InvalidArgument, "None of the folders can be used.");

    /// <exception cref="FolderInUseException">A node runs on one of them.</exception>
    /// <exception cref="LutraException">They are of different clusters, or two are of the same node.</exception>
    internal static Recovery Open(IReadOnlyList<IFiles> folders)
    {
        var recovery = new Recovery();
        try
        {
            foreach (var files in folders)
                recovery.Add(files);
            recovery.Judge();
            return recovery;
        }
        catch
        {
            recovery.Dispose();
            throw;
        }
    }

    /// <summary>Makes the folder of the new cluster's only member, from <see cref="Best"/>.</summary>
    /// <param name="progress">How far it is, from 0 to 1.</param>
    internal RestoredNode Make(IFiles target, long revisionJump, long nowMillis, Random random, Action<double> progress)
    {
        var chosen = Chosen;
        NewFolder.RequireFree(target);
        long count;
        using (var counting = chosen.PinState(nowMillis))
        {
            for (count = 0; counting.Entries.Next();)
                count++;
        }

        using var state = chosen.PinState(nowMillis);
        var identity = NewIdentity(chosen, random);
        var cluster = ((Begun)identity.Formation).Draft.Cluster;
        var revision = NewFolder.Make(target, new CountedEntries(state.Entries, count, progress), count, revisionJump, identity);
        return new RestoredNode(
            target.Location, identity.Label.Text, identity.Node.ToString(), cluster.ToString(), state.Entries.Header.Revision, chosen.Keys, chosen.Leases, revision);
    }

    /// <summary>The state of <see cref="Best"/> as the bytes of a snapshot, in pieces, for a new cluster of several nodes.</summary>
    internal IEnumerable<ReadOnlyMemory<byte>> Save(long nowMillis)
    {
        using var state = Chosen.PinState(nowMillis);
        using var writer = new SnapshotWriter(state.Entries);
        while (writer.Next())
            yield return writer.Chunk;
    }

    public void Dispose()
    {
        foreach (var survivor in survivors)
            survivor.Dispose();
    }

    private void Add(IFiles files)
    {
        try
        {
            var survivor = Survivor.Open(files);
            survivors.Add(survivor);
            folders.Add(SurvivingFolder.Of(files.Location, survivor));
        }
        catch (FolderInUseException)
        {
            throw;
        }
        catch (Exception fault) when (fault is DiskException or LutraException)
        {
            folders.Add(new SurvivingFolder(files.Location, fault.Message));
        }
    }

    private void Judge()
    {
        var clusters = survivors.Select(survivor => survivor.Cluster).Distinct().ToArray();
        if (clusters.Length > 1)
        {
            throw new LutraException(
                LutraError.InvalidArgument,
                $"These folders are of different clusters: {string.Join("; ", folders.Where(folder => folder.Fault is null).Select(folder => $"{folder.Folder} of {folder.Cluster}"))}. Name those of one.");
        }
        if (survivors.GroupBy(survivor => survivor.Identity.Node).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new LutraException(LutraError.InvalidArgument, $"Two of these folders are copies of one node (id {twice.First().Identity.Label}). Name the newer one.");

        // Raft's own order of logs (paper section 5.4.1): who ends in a later term, or further in the same, has everything that the other has and was committed.
        best = survivors.OrderByDescending(survivor => survivor.Last.Term).ThenByDescending(survivor => survivor.Last.Index).ThenBy(survivor => survivor.Identity.Label).FirstOrDefault();
        if (best is null)
            return;
        Best = folders.First(folder => folder.Node == best.Identity.Node.ToString());
        Loss = LossReport.Of(best, survivors);
    }

    private static NodeIdentity NewIdentity(Survivor from, Random random)
    {
        var node = IdentityFile.DrawNode(random);
        Span<byte> drawn = stackalloc byte[16];
        random.NextBytes(drawn);
        // 128 random bits are 0 as seldom as they are those of another cluster.
        var cluster = new ClusterId(BinaryPrimitives.ReadUInt128LittleEndian(drawn));
        var label = from.Identity.Label;
        var known = from.Configuration.MemberOf(from.Identity.Node)
            ?? throw new LutraException(
                LutraError.InvalidArgument, $"Node {label} was removed from its cluster before that was lost: recover from a folder of one that still belonged to it.");
        var member = new Member(new MemberId(IdentityFile.DrawNode(random).Value), node, label.Text, known.PeerAddress, known.ClientAddress, MemberRole.Voter);
        var draft = new Draft(new Ballot(1, node), cluster, new Configuration([member], []));
        return new NodeIdentity(node, label, from.Identity.ClusterName, Boots: 1, new Begun(draft), BaseState: cluster.Value);
    }
}
