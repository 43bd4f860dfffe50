using System.Runtime.InteropServices;
using Lutra.Server.Etcd.Grpc;
using Lutra.Server.Etcd.Wire;
using Lutra.Server.Watches;

namespace Lutra.Server.Etcd.Watches;

/// <summary>
/// The watches of one stream, and what is said of them: events, in parts where the client takes them so, progress, and the end of a watch whose history was compacted
/// away. Waits for nobody and knows no clock; for one thread at a time.
/// </summary>
/// <param name="reply">Takes the responses, in order.</param>
/// <param name="headerAt">The header of a response at a revision.</param>
/// <param name="floor">Below which revision this node remembers nothing now.</param>
/// <param name="batches">What was encoded for another watch.</param>
/// <param name="messageSizeBytesMax">Beyond this a response is parted, where the watch allows it.</param>
internal sealed class StreamTelling(
    MessageWriter reply, Func<Revision, ReplyHeader> headerAt, Func<Revision> floor, EncodedBatches batches, int messageSizeBytesMax)
{
    /// <summary>Between two waits for the client.</summary>
    public const long FlushBytes = 64 * 1024;

    /// <summary>The id of what concerns a watch that does not exist, and of progress of the whole stream.</summary>
    public const long NoWatch = -1;

    private readonly SortedDictionary<long, StreamWatch> watches = [];

    // What the watch whose turn it is was handed, encoded, and not yet told.
    private readonly List<ReadOnlyMemory<byte>> gathered = [];
    private int gatheredBytes;
    private Revision gatheredUpTo;

    /// <summary>Written since it was last set to 0.</summary>
    public long UnflushedBytes { get; set; }

    public bool Has(long id) => watches.ContainsKey(id);

    public void Add(StreamWatch watch) => watches.Add(watch.Id, watch);

    /// <returns>False: there is none of that id.</returns>
    public bool Remove(long id)
    {
        if (!watches.Remove(id, out var watch))
            return false;
        watch.Dispose();
        return true;
    }

    /// <summary>What has gathered for a watch goes out in one response, up to a bound: then the others have their turn.</summary>
    /// <returns>False: there was nothing.</returns>
    public bool Deliver(StreamWatch watch)
    {
        var worked = false;
        try
        {
            while (watch.TryTake() is { } batch)
            {
                worked = true;
                Gather(watch, batch);
                if (gatheredBytes < FlushBytes)
                    continue;
                watch.Signal();
                break;
            }
        }
        catch (LutraException compacted) when (compacted.Error == LutraError.Compacted)
        {
            worked = true;
            TellGathered(watch);
            Remove(watch.Id);
            TellCompacted(watch.Id);
        }

        TellGathered(watch);
        watch.WasHeard |= worked;
        return worked;
    }

    /// <summary>
    /// Progress of the whole stream: only where every watch was told all there is, and then behind it. Else nothing is said: whoever needs to know asks again.
    /// </summary>
    public bool TellProgressOfAll()
    {
        var least = long.MaxValue;
        foreach (var watch in watches.Values)
            least = Math.Min(least, watch.Progress().Value);
        if (least is 0 or long.MaxValue)
            return false;
        WatchReplyWire.Say(reply, headerAt(new Revision(least)), NoWatch);
        return true;
    }

    /// <summary>Of each watch that wants to hear it, and was told nothing since this was last called.</summary>
    public bool TellProgress()
    {
        var worked = false;
        foreach (var watch in watches.Values)
        {
            if (watch.WantsProgress && !watch.WasHeard && watch.Progress() is { Value: > 0 } progress)
            {
                WatchReplyWire.Say(reply, headerAt(progress), watch.Id);
                worked = true;
            }

            watch.WasHeard = false;
        }

        return worked;
    }

    /// <summary>etcd's header names no revision here, and it gives no reason: the revision that was compacted is the reason.</summary>
    public void TellCompacted(long id) =>
        WatchReplyWire.Say(reply, headerAt(Revision.None), id, canceled: true, compactRevision: Math.Max(floor().Value, 1));

    /// <summary>The stream has ended, and all its watches with it.</summary>
    public void Close()
    {
        foreach (var watch in watches.Values)
            watch.Dispose();
    }

    private void Gather(StreamWatch watch, WatchBatch batch)
    {
        if (!batches.TryFind(batch, out var events))
            batches.Add(batch, events = WatchReplyWire.Encode(batch.Events.AsSpan()));
        var roomBytes = watch.IsFragmented ? messageSizeBytesMax - WatchReplyWire.HeadBytesMax : int.MaxValue;
        if (gatheredBytes + (long)events.Length >= roomBytes)
            TellGathered(watch);
        if (events.Length >= roomBytes)
        {
            UnflushedBytes += WatchReplyWire.TellInParts(reply, headerAt(batch.Revision), watch.Id, batch.Events.AsSpan(), messageSizeBytesMax);
            return;
        }

        gathered.Add(events);
        gatheredBytes += events.Length;
        gatheredUpTo = batch.Revision;
    }

    private void TellGathered(StreamWatch watch)
    {
        if (gathered.Count == 0)
            return;
        UnflushedBytes += WatchReplyWire.Tell(reply, headerAt(gatheredUpTo), watch.Id, CollectionsMarshal.AsSpan(gathered));
        gathered.Clear();
        gatheredBytes = 0;
    }
}
