using Lutra.Server.Etcd.Errors;
using Lutra.Server.Etcd.Wire;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Server.Etcd.Locks;

/// <summary>Tells who leads an election, what it proclaims, and who leads after it, until the client has heard enough.</summary>
internal sealed class Observation(EtcdCall call, ReadOnlyMemory<byte> name)
{
    public async Task RunAsync()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(call.Ended, call.Face.Stopping);
        try
        {
            while (await FollowOneAsync(stop.Token))
            {
            }
        }
        catch (OperationCanceledException) when (call.Face.Stopping.IsCancellationRequested)
        {
            throw EtcdErrors.Stopped;
        }
    }

    /// <summary>Tells of one leader, from when there is one until its key goes. False: nobody listens any more.</summary>
    private async Task<bool> FollowOneAsync(CancellationToken stop)
    {
        var line = LineUp.RangeOf(name);
        var found = await call.Node.RangeAsync(LineUp.First(line), default, stop);
        var (leader, since) = found.KeyValues is [var first] ? (first, found.Revision) : await FirstPutAsync(line, found.Revision, stop);
        if (leader is null)
            return true;
        if (!await TellAsync(leader, since, stop))
            return false;
        try
        {
            await foreach (var batch in call.Node.WatchAsync(new WatchOperation(KeyRange.Single(leader.Key), since.Next), stop))
            {
                foreach (var change in batch.Events)
                {
                    if (change.IsDelete)
                        return true;
                    if (!await TellAsync(change.Current, change.Current.ModRevision, stop))
                        return false;
                }
            }
        }
        catch (LutraException compacted) when (compacted.Error == LutraError.Compacted)
        {
            // What happened meanwhile cannot be told; who leads now can.
        }

        return true;
    }

    /// <summary>Null: look again.</summary>
    private async Task<(KeyValue? Leader, Revision Since)> FirstPutAsync(KeyRange line, Revision after, CancellationToken stop)
    {
        try
        {
            await foreach (var batch in call.Node.WatchAsync(new WatchOperation(line, after.Next, NoDeletes: true), stop))
            {
                if (batch.Events is [var first, ..])
                    return (first.Current, first.Current.ModRevision);
            }
        }
        catch (LutraException compacted) when (compacted.Error == LutraError.Compacted)
        {
            // As above.
        }

        return (null, default);
    }

    private async ValueTask<bool> TellAsync(KeyValue leader, Revision at, CancellationToken stop)
    {
        call.Send(new Pb.LeaderResponse { Header = call.HeaderAt(at).ToMessage(), Kv = KeyValueWire.ToMessage(leader) });
        return await call.Reply.FlushAsync(stop);
    }
}
