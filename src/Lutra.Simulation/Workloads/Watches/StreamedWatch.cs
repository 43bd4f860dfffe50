using System.Buffers;
using Lutra.Client.Grpc;
using Lutra.Node.Hosting;
using Lutra.Node.Loop;
using Lutra.Server.Etcd.Grpc;
using Lutra.Server.Etcd.Watches;
using Lutra.Server.Etcd.Wire;
using Lutra.Server.Watches;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Simulation.Workloads.Watches;

/// <summary>
/// A watch as one that is far away has it: beside another one on a stream of etcd's, in the server's own words, parted where they are long, with progress where it
/// is asked for, and put together again by the client.
/// </summary>
internal sealed class StreamedWatch
{
    private const long Id = 7;
    private const long OtherId = 3;

    private static readonly ReplyHeader header = new(1, 1, 0, 1);

    private readonly Messages replies = new();
    private readonly Queue<StreamWatch> ready = new();
    private readonly Queue<WatchBatch> whole = new();
    private readonly Replica replica;
    private readonly StreamTelling telling;
    private readonly Action signal;
    private readonly WatchParts parts;
    private bool isProgressAsked;

    /// <param name="first">The first revision that it is to be told of.</param>
    /// <param name="isParted">Whether a response may come in parts.</param>
    /// <param name="messageSizeBytesMax">Beyond this it does.</param>
    /// <param name="signal">There may be something to take.</param>
    public StreamedWatch(Replica replica, WatchOperation watch, long first, bool isParted, int messageSizeBytesMax, Action signal)
    {
        this.replica = replica;
        this.signal = signal;
        parts = new WatchParts(new Revision(first - 1));
        telling = new StreamTelling(
            replies, revision => header with { Revision = revision.Value }, () => replica.Keyspace.CompactRevision, new EncodedBatches(16 * 1024), messageSizeBytesMax);
        try
        {
            Add(new StreamWatch(Id, wantsProgress: true, isParted, BecameReady), watch with { From = new Revision(first) });
            Add(new StreamWatch(OtherId, wantsProgress: false, !isParted, BecameReady), new WatchOperation(KeyRange.Prefix(WatchWorkload.Prefix)));
        }
        catch
        {
            telling.Close();
            throw;
        }
    }

    /// <summary>The client asks up to where it was told everything.</summary>
    public void AskProgress()
    {
        isProgressAsked = true;
        signal();
    }

    /// <summary>Whole revisions, as the client has them; one without changes tells progress. Null: nothing now. Throws <see cref="LutraException"/>: compacted.</summary>
    public WatchBatch? TryTake()
    {
        var worked = true;
        while (whole.Count == 0 && worked)
        {
            worked = Tell();
            Read();
        }

        return whole.TryDequeue(out var batch) ? batch : null;
    }

    public void Close() => telling.Close();

    private void Add(StreamWatch watch, WatchOperation operation)
    {
        watch.Open(signal => new NodeWatch(replica.Watches.Open(operation, operation.From, signal), new DamageGuard(_ => { })));
        telling.Add(watch);
        watch.Signal();
    }

    private void BecameReady(StreamWatch watch)
    {
        ready.Enqueue(watch);
        signal();
    }

    // As the server's loop does it: each in turn, and progress behind all that there is.
    private bool Tell()
    {
        var worked = false;
        for (var turns = ready.Count; turns > 0 && ready.TryDequeue(out var watch); turns--)
        {
            watch.TakeUp();
            if (!watch.IsClosed)
                worked |= telling.Deliver(watch);
        }

        if (!isProgressAsked || ready.Count > 0)
            return worked;
        isProgressAsked = false;
        return worked | telling.TellProgressOfAll() | telling.TellProgress();
    }

    private void Read()
    {
        foreach (var message in replies.TakeAll())
        {
            var response = Pb.WatchResponse.Parser.ParseFrom(message.WrittenSpan);
            if (response.WatchId == OtherId)
                continue;
            if (response.Canceled)
                throw new LutraException(LutraError.Compacted, $"Compacted at {response.CompactRevision}.");
            if (parts.Take(response) is { } batch)
                whole.Enqueue(batch);
        }
    }

    private sealed class Messages : MessageWriter
    {
        private readonly List<ArrayBufferWriter<byte>> written = [];

        public override IBufferWriter<byte> Begin(int sizeBytes)
        {
            written.Add(new ArrayBufferWriter<byte>(Math.Max(sizeBytes, 1)));
            return written[^1];
        }

        public override ValueTask<bool> FlushAsync(CancellationToken cancellationToken) => ValueTask.FromResult(true);

        public ArrayBufferWriter<byte>[] TakeAll()
        {
            ArrayBufferWriter<byte>[] all = [.. written];
            written.Clear();
            return all;
        }
    }
}
