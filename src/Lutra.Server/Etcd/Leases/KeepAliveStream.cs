using System.Threading.Channels;
using Lutra.Server.Etcd.Errors;
using Lutra.Server.Etcd.Grpc;
using Lutra.Server.Etcd.Wire;

namespace Lutra.Server.Etcd.Leases;

/// <summary>
/// <c>LeaseKeepAlive</c>: an answer for every request, in their order. A client with many leases asks for all of them at once, so some are on their way to the
/// leader together; how many is bounded.
/// </summary>
internal sealed class KeepAliveStream(EtcdCall call)
{
    private const int OnTheirWayMax = 64;

    // A header that was taken before the renewal, the lease, and what is left of it.
    private readonly Channel<(ReplyHeader Header, long Lease, Task<long> TtlSeconds)> asked = Channel.CreateBounded<(ReplyHeader, long, Task<long>)>(
        new BoundedChannelOptions(OnTheirWayMax) { SingleReader = true, SingleWriter = true });

    public async Task RunAsync(MessageReader requests)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(call.Ended, call.Face.Stopping);
        using var waiting = new StreamWaiting(call);
        var reading = ReadAsync(requests, waiting, stop.Token);
        try
        {
            await AnswerAsync(waiting, stop.Token);
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

    private async Task AnswerAsync(StreamWaiting waiting, CancellationToken stop)
    {
        while (true)
        {
            if (asked.Reader.TryRead(out var one))
            {
                Write(one.Header, one.Lease, await one.TtlSeconds);
                if (!asked.Reader.TryPeek(out _) && !await call.Reply.FlushAsync(stop))
                    return;
            }
            else if (asked.Reader.Completion.IsCompleted)
            {
                await asked.Reader.Completion;
                return;
            }
            else
            {
                await waiting.WaitAsync(stop);
            }
        }
    }

    private async Task ReadAsync(MessageReader requests, StreamWaiting waiting, CancellationToken stop)
    {
        try
        {
            while (await requests.ReadAsync(stop))
            {
                var lease = LeaseOf(requests.Message);
                var header = call.Header();
                await asked.Writer.WriteAsync((header, lease, RenewAsync(lease, stop)), stop);
                waiting.Wake();
            }

            asked.Writer.Complete();
        }
        catch (Exception broken)
        {
            asked.Writer.Complete(broken);
        }

        waiting.Wake();
    }

    // A lease that is gone is no error: it has no time left.
    private async Task<long> RenewAsync(long lease, CancellationToken stop)
    {
        try
        {
            return (await (await call.WhoAsync()).KeepAliveAsync(lease, stop)).TtlSeconds;
        }
        catch (LutraException gone) when (gone.Error == LutraError.LeaseNotFound)
        {
            return 0;
        }
    }

    /// <summary><c>LeaseKeepAliveRequest</c> in.</summary>
    public static long LeaseOf(ReadOnlyMemory<byte> message)
    {
        long lease = 0;
        var source = new ProtoReader(message);
        while (source.Next(out var type) is > 0 and var field)
        {
            if (field == 1)
                lease = source.Number(type);
            else
                source.Skip(type);
        }

        return lease;
    }

    private void Write(in ReplyHeader header, long lease, long ttlSeconds)
    {
        var target = new ProtoWriter(call.Reply.Begin(header.SizeBytes + ProtoSize.Number(lease) + ProtoSize.Number(ttlSeconds)));
        header.Write(ref target);
        target.Number(2, lease);
        target.Number(3, ttlSeconds);
        target.End();
    }
}
