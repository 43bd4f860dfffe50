using System.Collections.Concurrent;
using Lutra.Server.Etcd.Errors;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Server.Etcd.Watches;

/// <summary>
/// One stream of watches. One loop says everything: what was asked is answered in order, then each watch that has something gets its turn, a batch at a time,
/// so that none starves another and nothing is told of a watch before it is told that it was created. Where the client is slow the loop waits, and the node keeps
/// for each watch no more than it always does: what follows is read from the tables once the client is back.
/// </summary>
internal sealed class WatchStream : IDisposable
{
    private const string DuplicateId = "mvcc: duplicate watch ID provided on the WatchStream";

    private readonly EtcdCall call;
    private readonly StreamWaiting waiting;
    private readonly WatchRequests asked;
    private readonly StreamTelling telling;
    private readonly ConcurrentQueue<StreamWatch> ready = new();
    private long nextId;
    private bool isProgressAsked;

    public WatchStream(EtcdCall call)
    {
        this.call = call;
        waiting = new StreamWaiting(call);
        telling = new StreamTelling(call.Reply, call.HeaderAt, () => call.Node.CompactRevision, call.Face.Batches, call.Face.Options.MessageSizeBytesMax);
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
                worked |= waiting.IsLookDue() && telling.TellProgress();
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
        telling.Close();
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
        var refusal = creation.Refusal ?? (request.WatchId != 0 && telling.Has(request.WatchId) ? DuplicateId : null);
        if (refusal is not null)
        {
            Refuse(refusal);
            return;
        }

        var watch = new StreamWatch(request.WatchId != 0 ? request.WatchId : NextId(), request.ProgressNotify, request.Fragment, BecameReady);
        try
        {
            watch.Open(signal => node.OpenWatch(creation.Operation, signal));
        }
        catch (LutraException compacted) when (compacted.Error == LutraError.Compacted)
        {
            Say(watch.Id, created: true);
            telling.TellCompacted(watch.Id);
            return;
        }
        catch (LutraException refused) when (refused.Error is LutraError.Overloaded or LutraError.TooLarge)
        {
            Refuse(RefusalMap.Of(refused, writes: false).Message);
            return;
        }

        // The revision is read after the watch was opened: read before, what happens in between would be above it and never told.
        telling.Add(watch);
        Say(watch.Id, created: true);
        if (request.ProgressNotify)
            waiting.LookEvery(call.Face.Options.WatchProgressInterval);
        watch.Signal();
    }

    private long NextId()
    {
        while (telling.Has(nextId))
            nextId++;
        return nextId++;
    }

    private void Cancel(long id)
    {
        if (telling.Remove(id))
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
            worked |= telling.Deliver(watch);
            if (telling.UnflushedBytes >= StreamTelling.FlushBytes && !await FlushAsync(stop))
                throw new OperationCanceledException(stop);
        }

        return worked;
    }

    // Behind all that is to be told: who is not up to date is told nothing, and asks again.
    private bool AnswerProgress()
    {
        if (!isProgressAsked || !ready.IsEmpty)
            return false;
        isProgressAsked = false;
        return telling.TellProgressOfAll();
    }

    private void Say(long id, bool created = false, bool canceled = false) =>
        WatchReplyWire.Say(call.Reply, call.Header(), id, created, canceled);

    private void Refuse(string reason) =>
        WatchReplyWire.Say(call.Reply, call.Header(), StreamTelling.NoWatch, created: true, canceled: true, reason: reason);

    private void BecameReady(StreamWatch watch)
    {
        ready.Enqueue(watch);
        waiting.Wake();
    }

    private ValueTask<bool> FlushAsync(CancellationToken stop)
    {
        telling.UnflushedBytes = 0;
        return call.Reply.FlushAsync(stop);
    }
}
