using Lutra.Node.Peers;
using Lutra.Raft;
using Lutra.Storage.Scheduling;
using Lutra.Storage.Tables;

namespace Lutra.Node.Transfer;

/// <summary>
/// Streams the state to followers that are too far behind for the log. What is sent is immutable, so this node goes on meanwhile. Files are read on a
/// background stage; everything else is called by the loop.
/// </summary>
internal sealed class TransferSender(
    TableStore tables, RaftNode raft, ConfigurationHistory configurations, Random random, int chunkBytes, TransferEvents events) : IStage, IDisposable
{
    public const int ChunksPerRequest = 4;
    private const long PatienceMillis = 15_000;

    private readonly SortedDictionary<NodeId, OutgoingTransfer> transfers = [];
    private readonly Lock gate = new();
    private readonly Queue<(OutgoingTransfer Transfer, int File, long OffsetBytes)> toRead = new();

    public string Name => "transfer sender";

    public StageKind Kind => StageKind.Background;

    /// <summary>
    /// The core wants <paramref name="follower"/> to have the state. One that is on its way and still useful is gone on with, but that is no progress: the core wants it
    /// again and again where the follower is gone, and the tables would be kept for it as long.
    /// </summary>
    public void Start(NodeId follower, LogPosition logStart, long nowMillis)
    {
        if (transfers.TryGetValue(follower, out var transfer) && transfer.Tables.Applied.Index < logStart.Index)
        {
            Marks.TransferOvertakenByCut.Hit();
            End(follower);
        }
        if (!transfers.TryGetValue(follower, out transfer))
        {
            var set = tables.PinTables();
            transfer = new OutgoingTransfer((ulong)random.NextInt64(), follower, set, configurations.At(set.Applied.Index), nowMillis);
            transfers.Add(follower, transfer);
        }

        raft.SnapshotStarted(follower, transfer.Tables.Applied, transfer.Configuration);
        events.Send(follower, transfer.Begin(raft.Term));
    }

    public void Receive(NodeId from, TransferWantedFrame wanted, long nowMillis)
    {
        if (!transfers.TryGetValue(from, out var transfer) || transfer.Id != wanted.Transfer)
        {
            Marks.TransferAskedAfterItsEnd.Hit();
            events.Send(from, new TransferEndedFrame(wanted.Transfer, "this transfer is over"));
            return;
        }

        transfer.ProgressMillis = nowMillis;
        if (wanted.File < 0 || wanted.File >= transfer.Tables.Files.Count || wanted.OffsetBytes < 0
            || wanted.OffsetBytes > transfer.Tables.Files[wanted.File].LengthBytes)
        {
            Marks.TransferHasEverything.Hit();
            return; // It has everything; the core hears of it when it is installed.
        }
        lock (gate)
            toRead.Enqueue((transfer, wanted.File, wanted.OffsetBytes));
        events.Wake(this);
    }

    public void Receive(NodeId from, TransferEndedFrame ended)
    {
        if (transfers.TryGetValue(from, out var transfer) && transfer.Id == ended.Transfer)
            Fail(from);
    }

    /// <summary>Ends what makes no progress, and what is no longer needed because the follower has caught up or this node does not lead.</summary>
    public void Tick(long nowMillis)
    {
        foreach (var (follower, transfer) in transfers.ToArray())
        {
            if (raft.Role != RoleName.Leader)
            {
                Marks.TransferEndedWithLeadership.Hit();
                End(follower);
            }
            else if (nowMillis - transfer.ProgressMillis > PatienceMillis)
            {
                Marks.TransferMadeNoProgress.Hit();
                Fail(follower);
            }
        }
    }

    public bool Step()
    {
        OutgoingTransfer transfer;
        int file;
        long offsetBytes;
        lock (gate)
        {
            if (!toRead.TryDequeue(out var next))
                return false;
            (transfer, file, offsetBytes) = next;
        }

        if (!transfer.TryBeginReading())
            return true; // It ended while this waited.
        try
        {
            SendChunks(transfer, file, offsetBytes);
        }
        finally
        {
            transfer.EndReading();
        }

        return true;
    }

    private void SendChunks(OutgoingTransfer transfer, int file, long offsetBytes)
    {
        for (var chunk = 0; chunk < ChunksPerRequest; chunk++)
        {
            var source = transfer.Tables.Files[file];
            var bytes = new byte[Math.Min(chunkBytes, source.LengthBytes - offsetBytes)];
            transfer.Tables.Read(source, bytes, offsetBytes);
            events.SendLater(transfer.Follower, new TransferChunkFrame(transfer.Id, file, offsetBytes, bytes));
            offsetBytes += bytes.Length;
            if (offsetBytes < source.LengthBytes)
                continue;
            if (++file == transfer.Tables.Files.Count)
                break;
            offsetBytes = 0;
        }
    }

    public void Dispose()
    {
        foreach (var transfer in transfers.Values)
            transfer.Dispose();
        transfers.Clear();
    }

    private void Fail(NodeId follower)
    {
        End(follower);
        raft.SnapshotFailed(follower);
    }

    private void End(NodeId follower)
    {
        if (transfers.Remove(follower, out var transfer))
            transfer.Dispose();
    }
}
