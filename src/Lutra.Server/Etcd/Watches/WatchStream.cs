using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Lutra.Server.Etcd.Errors;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Server.Etcd.Watches;

/// <summary>
/// All watches of one stream. One loop says everything: what was asked is answered in order, then each watch that has something gets its turn, a batch at a time,
/// so that none starves another and nothing is told of a watch before it is told that it was created. Where the client is slow the loop waits, and the node keeps
/// for each watch no more than it always does: what follows is read from the tables once the client is back.
/// </summary>
internal sealed class WatchStream : IDisposable
{
    // Between two waits for the client.
    private const long FlushBytes = 64 * 1024;

    // The id of what concerns a watch that does not exist, and of progress of the whole stream.
    private const long NoWatch = -1;

    private const string DuplicateId = "mvcc: duplicate watch ID provided on the WatchStream";

    private readonly EtcdCall call;
    private readonly StreamWaiting waiting;
    private readonly WatchRequests asked;
    private readonly SortedDictionary<long, StreamWatch> watches = [];
    private readonly ConcurrentQueue<StreamWatch> ready = new();

    // What the watch whose turn it is was handed, encoded, and not yet told.
    private readonly List<ReadOnlyMemory<byte>> gathered = [];
    private long nextId;
    private long unflushedBytes;

    // Of the watch whose turn it is.
    private int gatheredBytes;
    private Revision gatheredUpTo;
    private bool isProgressAsked;

    public WatchStream(EtcdCall call)
    {
        this.call = call;
        waiting = new StreamWaiting(call);
        asked = new WatchRequests(waiting.Wake);
    }

    /// <summary>Until the client is gone: that it has no more to ask does not end it, since curl's way of watching is to ask once.</summary>
    public async Task RunAsync(Grpc.MessageReader requests)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(call.Ended, call.Face.Stopping);
        var reading = asked.ReadAsync(requests, stop.Token);
        try
        {
            while (true)
            {
                var worked = await ServeAskedAsync();
                worked |= await DeliverAsync(stop.Token);
                worked |= AnswerProgress();
                worked |= TellProgressIfDue();
                if (worked && !await FlushAsync(stop.Token))
                    return;
                if (!worked)
                    await waiting.WaitAsync(stop.Token);
            }
        }
        catch (OperationCanceledException) when (call.Face.Stopping.IsCancellationRequested)
        {
            throw EtcdErrors.Stopped;
        }
        finally
        {
            await stop.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose()
    {
        foreach (var watch in watches.Values)
            watch.Dispose();
        waiting.Dispose();
    }

    // No more at a time than were read ahead: then the client has to take what was answered before it is asked on.
    private async ValueTask<bool> ServeAskedAsync()
    {
        var worked = false;
        for (var left = WatchRequests.ReadAheadMax; left > 0 && asked.TryTake() is { } request; left--)
        {
            worked = true;
            switch (request.RequestUnionCase)
            {
                case Pb.WatchRequest.RequestUnionOneofCase.CreateRequest:
                    await CreateAsync(request.CreateRequest);
                    break;
                case Pb.WatchRequest.RequestUnionOneofCase.CancelRequest:
                    Cancel(request.CancelRequest.WatchId);
                    break;
                case Pb.WatchRequest.RequestUnionOneofCase.ProgressRequest:
                    isProgressAsked = true;
                    break;
            }
        }

        return worked;
    }

    private async ValueTask CreateAsync(Pb.WatchCreateRequest request)
    {
        CallerNode node;
        try
        {
            node = await call.WhoAsync();
            node.CheckWatch(WatchCreation.RangeOf(request));
        }
        catch (LutraException denied)
        {
            var refused = RefusalMap.Of(denied, writes: false);
            Refuse($"rpc error: code = {refused.Code} desc = {refused.Message}");
            return;
        }

        var creation = WatchCreation.Of(request);
        var refusal = creation.Refusal ?? (request.WatchId != 0 && watches.ContainsKey(request.WatchId) ? DuplicateId : null);
        if (refusal is not null)
        {
            Refuse(refusal);
            return;
        }

        var watch = new StreamWatch(request.WatchId != 0 ? request.WatchId : NextId(), request.ProgressNotify, request.Fragment, BecameReady);
        try
        {
            watch.Open(node, creation.Operation);
        }
        catch (LutraException compacted) when (compacted.Error == LutraError.Compacted)
        {
            Say(watch.Id, created: true);
            TellCompacted(watch.Id);
            return;
        }
        catch (LutraException refused) when (refused.Error is LutraError.Overloaded or LutraError.TooLarge)
        {
            Refuse(RefusalMap.Of(refused, writes: false).Message);
            return;
        }

        // The revision is read after the watch was opened: read before, what happens in between would be above it and never told.
        watches.Add(watch.Id, watch);
        Say(watch.Id, created: true);
        if (request.ProgressNotify)
            waiting.LookEvery(call.Face.Options.WatchProgressInterval);
        watch.Signal();
    }

    private long NextId()
    {
        while (watches.ContainsKey(nextId))
            nextId++;
        return nextId++;
    }

    private void Cancel(long id)
    {
        if (!watches.Remove(id, out var watch))
            return;
        watch.Dispose();
        Say(id, canceled: true);
    }

    private async ValueTask<bool> DeliverAsync(CancellationToken stop)
    {
        var worked = false;
        for (var turns = ready.Count; turns > 0 && ready.TryDequeue(out var watch); turns--)
        {
            watch.TakeUp();
            if (watch.IsClosed)
                continue;
            worked |= Deliver(watch);
            if (unflushedBytes >= FlushBytes && !await FlushAsync(stop))
                throw new OperationCanceledException(stop);
        }

        return worked;
    }

    // What has gathered for a watch goes out in one response, up to a bound: then the others have their turn.
    private bool Deliver(StreamWatch watch)
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
            watches.Remove(watch.Id);
            watch.Dispose();
            TellCompacted(watch.Id);
        }

        TellGathered(watch);
        watch.WasHeard |= worked;
        return worked;
    }

    private void Gather(StreamWatch watch, WatchBatch batch)
    {
        if (!call.Face.Batches.TryFind(batch, out var events))
            call.Face.Batches.Add(batch, events = WatchReplyWire.Encode(batch.Events.AsSpan()));
        var roomBytes = watch.IsFragmented ? call.Face.Options.MessageSizeBytesMax - WatchReplyWire.HeadBytesMax : int.MaxValue;
        if (gatheredBytes + (long)events.Length >= roomBytes)
            TellGathered(watch);
        if (events.Length >= roomBytes)
        {
            unflushedBytes += WatchReplyWire.TellInParts(
                call.Reply, call.HeaderAt(batch.Revision), watch.Id, batch.Events.AsSpan(), call.Face.Options.MessageSizeBytesMax);
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
        unflushedBytes += WatchReplyWire.Tell(call.Reply, call.HeaderAt(gatheredUpTo), watch.Id, CollectionsMarshal.AsSpan(gathered));
        gathered.Clear();
        gatheredBytes = 0;
    }

    /// <summary>
    /// Progress of the whole stream: only where every watch was told all there is, and then behind it. Else nothing is said: whoever needs to know asks again.
    /// </summary>
    private bool AnswerProgress()
    {
        if (!isProgressAsked || !ready.IsEmpty)
            return false;
        isProgressAsked = false;
        var least = long.MaxValue;
        foreach (var watch in watches.Values)
            least = Math.Min(least, watch.Progress().Value);
        if (least is 0 or long.MaxValue)
            return false;
        WatchReplyWire.Say(call.Reply, call.HeaderAt(new Revision(least)), NoWatch);
        return true;
    }

    private bool TellProgressIfDue()
    {
        if (!waiting.IsLookDue())
            return false;
        var worked = false;
        foreach (var watch in watches.Values)
        {
            if (watch.WantsProgress && !watch.WasHeard && watch.Progress() is { Value: > 0 } progress)
            {
                WatchReplyWire.Say(call.Reply, call.HeaderAt(progress), watch.Id);
                worked = true;
            }

            watch.WasHeard = false;
        }

        return worked;
    }

    private void Say(long id, bool created = false, bool canceled = false) =>
        WatchReplyWire.Say(call.Reply, call.Header(), id, created, canceled);

    private void Refuse(string reason) =>
        WatchReplyWire.Say(call.Reply, call.Header(), NoWatch, created: true, canceled: true, reason: reason);

    // etcd's header names no revision here, and it gives no reason: the revision that was compacted is the reason.
    private void TellCompacted(long id) => WatchReplyWire.Say(
        call.Reply, call.HeaderAt(Revision.None), id, canceled: true, compactRevision: Math.Max(call.Node.CompactRevision.Value, 1));

    private void BecameReady(StreamWatch watch)
    {
        ready.Enqueue(watch);
        waiting.Wake();
    }

    private ValueTask<bool> FlushAsync(CancellationToken stop)
    {
        unflushedBytes = 0;
        return call.Reply.FlushAsync(stop);
    }
}
