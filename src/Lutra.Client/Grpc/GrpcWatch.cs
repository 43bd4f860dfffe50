using System.Runtime.CompilerServices;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Client.Grpc;

/// <summary>
/// A watch at one server, for as long as the connection lasts. Each has a call of its own: who reads slowly holds up nobody else on the connection, and what is
/// not read yet stays at the server. A long response comes in parts; what is told is whole revisions.
/// </summary>
internal sealed class GrpcWatch(GrpcServer server)
{
    private static readonly TimeSpan ProgressMin = TimeSpan.FromSeconds(1);

    public async IAsyncEnumerable<WatchBatch> FollowAsync(WatchOperation watch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Of etcd before 3.4.25 and 3.5.8 what is asked for may name revisions whose events are still to come: it is asked for by nobody but ours.
        var asksForProgress = watch.ProgressEvery is not null && await server.IsOursAsync(cancellationToken);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var call = server.Open("etcdserverpb.Watch/Watch", Pb.WatchResponse.Parser, GrpcMetadata.LeaderRequired, ending.Token);
        var asking = Task.CompletedTask;
        try
        {
            await call.SendAsync(new Pb.WatchRequest { CreateRequest = EtcdRequests.Of(watch) }, cancellationToken);
            var created = await server.NextAsync(call, cancellationToken);
            if (!created.Created || created.Canceled)
                throw Canceled(created);
            var begun = new WatchBatch(watch.From.Value > 0 ? new Revision(watch.From.Value - 1) : EtcdReplies.RevisionOf(created.Header), []);
            yield return begun;

            if (asksForProgress)
                asking = AskAsync(call, watch.ProgressEvery!.Value, ending.Token);
            var parts = new WatchParts(begun.Revision);
            while (true)
            {
                var told = await server.NextAsync(call, cancellationToken);
                if (told.Canceled)
                    throw Canceled(told);
                if (server.Parse(told, parts.Take, isWrite: false) is { } batch)
                    yield return batch;
            }
        }
        finally
        {
            await ending.CancelAsync();
            await asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task AskAsync(GrpcStream<Pb.WatchResponse> call, TimeSpan every, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(every > ProgressMin ? every : ProgressMin);
        while (await timer.WaitForNextTickAsync(stop))
            await call.SendAsync(new Pb.WatchRequest { ProgressRequest = new Pb.WatchProgressRequest() }, stop);
    }

    private LutraException Canceled(Pb.WatchResponse last)
    {
        if (last.CompactRevision > 0)
        {
            return new LutraException(
                LutraError.Compacted, $"What was to be watched was compacted away; the oldest revision that can be watched from is {last.CompactRevision}.");
        }

        return last.CancelReason.Length > 0
            ? EtcdRefusals.OfReason(last.CancelReason, server.Name)
            : new LutraException(LutraError.Unavailable, $"{server.Name} has ended the watch.");
    }
}
