using System.Buffers.Binary;
using Lutra.Node.Formation;
using Lutra.Node.Restore;
using Lutra.Raft;
using Lutra.Storage.Files;

namespace Lutra.Node.Identity;

/// <summary>
/// The file <c>identity</c> of a label's folder: two copies, one after the other, each written and synced before the other is touched. So a torn write
/// leaves a whole copy, and so does damage to either; an older copy is then never taken for the newest unless the newer was never durable.
/// </summary>
/// <remarks>Holds the folder's lock (pitfall D13) until disposed.</remarks>
internal sealed class IdentityFile : IDisposable
{
    public const string Path = "identity";
    public const string LockPath = "lock";

    private const string NewPath = "identity.new";
    private const ulong FirstSequence = 1;

    // What a node writes beside its identity. Where these stand without one, the identity was lost, and a new one would be another node's.
    private static readonly string[] FoldersOfData = ["log", "tables"];

    private readonly IFiles files;
    private readonly IDisposable? folderLock;
    private IFile? file;
    private ulong sequence;
    private bool saving;

    private IdentityFile(IFiles files, IDisposable? folderLock)
    {
        this.files = files;
        this.folderLock = folderLock;
        Current = null!;
    }

    /// <summary>What is on disk.</summary>
    public NodeIdentity Current { get; private set; }

    /// <summary>
    /// Takes the folder and reads who it is; a folder without identity gets one. When this returns, the boot counter was raised on disk. Waits for the disk.
    /// </summary>
    /// <param name="random">Where a new node id comes from: in a real process, the system's own source.</param>
    /// <exception cref="FolderInUseException">Another process runs on this folder.</exception>
    /// <exception cref="DamagedFileException">Neither copy is whole, or the identity is gone while its data are there.</exception>
    /// <exception cref="LutraException">The folder belongs to another label or cluster name, or to a newer version.</exception>
    public static IdentityFile Open(IFiles files, Label label, string clusterName, Random random)
    {
        var opened = new IdentityFile(files, files.Lock(LockPath));
        try
        {
            if (files.Exists(Path))
                opened.Load(label, clusterName);
            else
                opened.CreateNew(label, clusterName, random);
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Makes <paramref name="formation"/> durable, then calls <paramref name="completed"/> (null: it is), on whatever thread finished the write. One at a
    /// time. On a real disk this waits: twice the time of a sync, and only while a cluster is being created.
    /// </summary>
    public void Save(FormationRecord formation, Action<DiskException?> completed)
    {
        if (saving)
            throw new InvalidOperationException("An identity is written by one caller at a time.");
        saving = true;
        var identity = Current with { Formation = formation };
        var copy = IdentityFormat.Write(identity, ++sequence);
        Submit(copy, slot: 0, failure =>
        {
            if (failure is null)
                Submit(copy, slot: 1, Finished);
            else
                Finished(failure);
        });

        void Finished(DiskException? failure)
        {
            if (failure is null)
                Current = identity;
            saving = false;
            completed(failure);
        }
    }

    /// <summary>The first identity of a folder, durable when this returns. The caller holds the folder's lock.</summary>
    public static void Create(IFiles files, NodeIdentity identity)
    {
        var copy = IdentityFormat.Write(identity, FirstSequence);
        using (var created = files.Create(NewPath))
        {
            created.SetLength(2 * IdentityFormat.SlotBytes);
            created.Write(copy.Span, 0);
            created.Write(copy.Span, IdentityFormat.SlotBytes);
            created.Sync();
        }
        files.Rename(NewPath, Path);
        files.SyncDirectory("");
    }

    /// <summary>What the folder says of itself, without starting it: the boot counter stays. The caller holds the folder's lock.</summary>
    /// <exception cref="DamagedFileException">Neither copy is whole, or there is none.</exception>
    public static NodeIdentity Read(IFiles files)
    {
        using var reading = new IdentityFile(files, null);
        reading.ReadCopies(writable: false);
        return reading.Current;
    }

    /// <summary>A node that never was.</summary>
    public static NodeId DrawNode(Random random)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        ulong value;
        do
        {
            random.NextBytes(bytes);
            value = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        }
        while (value == 0);
        return new NodeId(value);
    }

    public void Dispose()
    {
        file?.Dispose();
        folderLock?.Dispose();
    }

    private void Submit(ReadOnlyMemory<byte> copy, int slot, Action<DiskException?> completed) =>
        files.Submit(new DiskRequest(file!, copy, (long)slot * IdentityFormat.SlotBytes, Sync: true, completed));

    private void CreateNew(Label label, string clusterName, Random random)
    {
        if (files.Exists(NewFolder.UnfinishedPath))
        {
            throw new LutraException(
                LutraError.InvalidArgument, $"A restore into the folder {files.Location} was not finished. Run it again; or empty the folder, to start an empty node.");
        }
        foreach (var folder in FoldersOfData)
        {
            if (files.List(folder).Count > 0)
                throw new DamagedFileException(Path, 0, $"the file is missing, but the folder '{folder}' beside it holds data (in {files.Location}); restore it, or start with an empty folder");
        }
        if (files.Exists(NewPath))
            files.Delete(NewPath);
        Current = new NodeIdentity(DrawNode(random), label, clusterName, Boots: 1, Fresh.Record);
        sequence = FirstSequence;
        Create(files, Current);
        file = files.Open(Path, writable: true);
    }

    /// <returns>Whether the second copy is the newest.</returns>
    private bool ReadCopies(bool writable)
    {
        file = files.Open(Path, writable);
        var first = ReadSlot(0, out var firstFault);
        var second = ReadSlot(1, out _);
        if (first is null && second is null)
            throw new DamagedFileException(Path, 0, $"{firstFault} (in {files.Location}); restore the folder from a copy made while the node was stopped, or start with an empty folder, which makes it another node");

        var secondIsNewer = first is null || second?.Sequence > first.Value.Sequence;
        (Current, sequence) = secondIsNewer ? second!.Value : first!.Value;
        return secondIsNewer;
    }

    private void Load(Label label, string clusterName)
    {
        var secondIsNewer = ReadCopies(writable: true);
        RequireOwner(label, clusterName);
        // The process that made the file may have died before its name was durable.
        files.SyncDirectory("");

        var started = Current with { Boots = Current.Boots + 1 };
        if (started.Formation is Begun { DiscardsData: true } begun)
        {
            DiscardData();
            started = started with { Formation = begun with { DiscardsData = false } };
        }

        var copy = IdentityFormat.Write(started, ++sequence);
        // The copy that is not the newest goes first: the newest stays whole until it has a successor.
        foreach (var slot in secondIsNewer ? [0, 1] : (int[])[1, 0])
        {
            file!.Write(copy.Span, (long)slot * IdentityFormat.SlotBytes);
            file.Sync();
        }
        Current = started;
    }

    /// <summary>May be cut off anywhere: it is done again until the identity no longer asks for it.</summary>
    private void DiscardData()
    {
        foreach (var folder in FoldersOfData)
        {
            foreach (var name in files.List(folder))
                files.Delete($"{folder}/{name}");
            if (files.Exists(folder))
                files.SyncDirectory(folder);
        }
    }

    private (NodeIdentity Identity, ulong Sequence)? ReadSlot(int slot, out string? fault)
    {
        fault = null;
        var bytes = new byte[IdentityFormat.SlotBytes];
        var read = file!.Read(bytes, (long)slot * IdentityFormat.SlotBytes);
        try
        {
            return IdentityFormat.Read(bytes.AsSpan(0, read));
        }
        catch (FormatException damage)
        {
            fault = damage.Message;
            return null;
        }
        catch (NotSupportedException newer)
        {
            throw new LutraException(LutraError.InvalidArgument, $"The file '{Path}' in {files.Location} cannot be used: {newer.Message}. Start the version of Lutra that wrote it, or a later one.", newer);
        }
    }

    private void RequireOwner(Label label, string clusterName)
    {
        if (Current.Label != label)
            throw new LutraException(LutraError.InvalidArgument, $"The folder {files.Location} belongs to the node with --id={Current.Label}, and --id is {label}. Start it with --id={Current.Label}, or give this node another --dir.");
        if (Current.ClusterName != clusterName)
            throw new LutraException(LutraError.InvalidArgument, $"The folder {files.Location} belongs to the cluster --cluster={Current.ClusterName}, and --cluster is {clusterName}. Start it with --cluster={Current.ClusterName}, or give this node another --dir.");
    }
}
