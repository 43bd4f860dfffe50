using Lutra.Node.Peers;
using Lutra.Raft;
using Lutra.Storage.Files;
using Lutra.Storage.Scheduling;
using Lutra.Storage.Tables;

namespace Lutra.Node.Transfer;

/// <summary>
/// Takes a state that the leader streams: pulls it piece by piece, writes and verifies it on a background stage, and hands it over when all of it is
/// durable. Nothing of it is visible before. Goes on after a broken connection; a transfer with another id begins anew (pitfall S04).
/// </summary>
internal sealed class TransferReceiver(IFiles files, TransferEvents events) : IStage
{
    private const int FilesMax = 100_000;
    private const long FileBytesMax = 1L << 46;
    private const long SilenceMillis = 1000;

    private readonly Lock gate = new();
    private readonly Queue<TransferChunkFrame> arrived = new();
    private IncomingTransfer? wanted;
    private bool askAgain;
    private long heardMillis;

    // Of the stage alone.
    private IncomingTransfer? writing;
    private int chunksToCome;
    private bool syncing;
    private bool toVerify;
    private TableVerification? verifying;

    public string Name => "transfer receiver";

    public StageKind Kind => StageKind.Background;

    /// <summary>Called by the loop, as all that receives.</summary>
    public void Receive(NodeId from, TransferBeginFrame begin, long nowMillis)
    {
        if (begin.Files.Count > FilesMax || begin.Files.Any(file => file.LengthBytes is <= 0 or > FileBytesMax))
        {
            events.Send(from, new TransferEndedFrame(begin.Transfer, "the list of files is not one"));
            return;
        }

        lock (gate)
        {
            heardMillis = nowMillis;
            askAgain = true;
            if (wanted is not { } known || known.Id != begin.Transfer || known.Leader != from)
            {
                Marks.TransferBegunAnew.HitIf(wanted is not null);
                arrived.Clear();
                wanted = new IncomingTransfer(from, begin);
            }
        }

        events.Wake(this);
    }

    public void Receive(NodeId from, TransferChunkFrame chunk, long nowMillis)
    {
        lock (gate)
        {
            // More than was pulled is not ours to keep.
            if (wanted is null || wanted.Id != chunk.Transfer || wanted.Leader != from || arrived.Count >= 2 * TransferSender.ChunksPerRequest)
                return;
            heardMillis = nowMillis;
            arrived.Enqueue(chunk);
        }

        events.Wake(this);
    }

    public void Receive(NodeId from, TransferEndedFrame ended)
    {
        lock (gate)
        {
            if (wanted?.Id == ended.Transfer && wanted.Leader == from)
                wanted = null;
        }

        events.Wake(this);
    }

    /// <summary>Whether the files of this transfer stay where they are until <see cref="Forget"/>, another begin or an end.</summary>
    public bool Holds(IncomingTransfer transfer)
    {
        lock (gate)
            return ReferenceEquals(wanted, transfer);
    }

    /// <summary>The state was installed, or is not needed.</summary>
    public void Forget(IncomingTransfer transfer)
    {
        lock (gate)
        {
            if (ReferenceEquals(wanted, transfer))
                wanted = null;
        }

        events.Wake(this);
    }

    /// <summary>Asks again where nothing came for a while: a piece may have been dropped on the way.</summary>
    public void Tick(long nowMillis)
    {
        lock (gate)
        {
            if (wanted is null || nowMillis - heardMillis < SilenceMillis)
                return;
            Marks.TransferAskedAgain.Hit();
            heardMillis = nowMillis;
            askAgain = true;
        }

        events.Wake(this);
    }

    public bool Step()
    {
        if (syncing)
            return false;
        TransferChunkFrame? chunk = null;
        bool ask;
        IncomingTransfer? target;
        lock (gate)
        {
            target = wanted;
            if ((verifying is null && !toVerify) || !ReferenceEquals(writing, target))
                arrived.TryDequeue(out chunk);
            ask = askAgain;
            askAgain = false;
        }

        try
        {
            if (!ReferenceEquals(writing, target))
                StartOver(target);
            return GoOn(chunk, ask);
        }
        catch (DiskException failure) when (writing is not null)
        {
            Marks.TransferFilesFailed.Hit();
            // Nothing rests on these files yet: they are dropped, and the leader begins anew when the core still needs the state.
            EndVerification();
            GiveUp(writing, failure.Message);
            return true;
        }
    }

    private bool GoOn(TransferChunkFrame? chunk, bool ask)
    {
        if (writing is null || writing.IsComplete)
            return false;
        if (toVerify)
        {
            toVerify = false;
            verifying = TableVerification.Begin(files, IncomingTransfer.PathOf(writing.File));
        }

        if (verifying is not null)
            return Verify(writing, verifying);
        if (chunk is not null)
            Write(writing, chunk);
        if (!syncing && !writing.IsComplete && (ask || (chunk is not null && chunksToCome == 0)))
            Ask(writing);
        return chunk is not null;
    }

    private void Write(IncomingTransfer transfer, TransferChunkFrame chunk)
    {
        var file = transfer.Files[transfer.File];
        chunksToCome = Math.Max(0, chunksToCome - 1);
        if (chunk.Transfer != transfer.Id || chunk.File != transfer.File || chunk.OffsetBytes != transfer.OffsetBytes
            || chunk.Bytes.Length > file.LengthBytes - transfer.OffsetBytes)
        {
            Marks.TransferChunkDoubled.Hit();
            return; // Sent before a break, and again after it.
        }
        transfer.Open ??= files.Create(IncomingTransfer.PathOf(transfer.File));
        transfer.Open.Write(chunk.Bytes.Span, transfer.OffsetBytes);
        transfer.OffsetBytes += chunk.Bytes.Length;
        if (transfer.OffsetBytes == file.LengthBytes)
            Sync(transfer, transfer.Open);
    }

    private void Sync(IncomingTransfer transfer, IFile file)
    {
        syncing = true;
        files.Submit(new DiskRequest(file, ReadOnlyMemory<byte>.Empty, 0, Sync: true, failure =>
        {
            file.Dispose();
            transfer.Open = null;
            syncing = false;
            toVerify = failure is null;
            if (failure is not null)
                GiveUp(transfer, failure.Message);
            events.Wake(this);
        }));
    }

    /// <summary>Reads the file back from end to end, a piece at a time: what is believed is what the disk holds.</summary>
    private bool Verify(IncomingTransfer transfer, TableVerification verification)
    {
        if (!verification.Step())
            return true;
        if (verification.Checksum != transfer.Files[transfer.File].Checksum)
            throw new DamagedFileException(IncomingTransfer.PathOf(transfer.File), 0, "it is whole, and not the table that was announced");
        EndVerification();
        Advance(transfer);
        return true;
    }

    private void EndVerification()
    {
        verifying?.Dispose();
        verifying = null;
        toVerify = false;
    }

    private void Advance(IncomingTransfer transfer)
    {
        transfer.File++;
        transfer.OffsetBytes = 0;
        if (!transfer.IsComplete)
        {
            if (chunksToCome == 0)
                Ask(transfer);
            return;
        }

        files.SyncDirectory(IncomingTransfer.Folder);
        Ask(transfer);
        events.Received(transfer);
    }

    private void Ask(IncomingTransfer transfer)
    {
        chunksToCome = TransferSender.ChunksPerRequest;
        events.SendLater(transfer.Leader, new TransferWantedFrame(transfer.Id, transfer.File, transfer.OffsetBytes));
    }

    private void GiveUp(IncomingTransfer transfer, string reason)
    {
        events.SendLater(transfer.Leader, new TransferEndedFrame(transfer.Id, reason));
        Forget(transfer);
    }

    private void StartOver(IncomingTransfer? target)
    {
        EndVerification();
        writing?.Open?.Dispose();
        writing = target;
        chunksToCome = 0;
        files.CreateDirectory(IncomingTransfer.Folder);
        foreach (var name in files.List(IncomingTransfer.Folder))
            files.Delete($"{IncomingTransfer.Folder}/{name}");
        if (target is not null)
            Ask(target);
    }
}
