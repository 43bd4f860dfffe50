using System.Threading.Channels;
using Lutra.Server.Etcd.Grpc;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Server.Etcd.Watches;

/// <summary>What the client of a stream asked, read ahead a little: a client that asks faster than it reads is made to wait.</summary>
/// <param name="wake">Something was asked, or the client broke off.</param>
internal sealed class WatchRequests(Action wake)
{
    /// <summary>The most that wait to be taken.</summary>
    public const int ReadAheadMax = 64;

    private readonly Channel<Pb.WatchRequest> asked = Channel.CreateBounded<Pb.WatchRequest>(
        new BoundedChannelOptions(ReadAheadMax) { SingleReader = true, SingleWriter = true });

    public async Task ReadAsync(MessageReader requests, CancellationToken stop)
    {
        try
        {
            while (await requests.ReadAsync(stop))
            {
                await asked.Writer.WriteAsync(ProtoMethod.Parse(Pb.WatchRequest.Parser, requests.Message), stop);
                wake();
            }

            asked.Writer.Complete();
        }
        catch (Exception broken)
        {
            asked.Writer.Complete(broken);
        }

        wake();
    }

    /// <summary>Null: nothing just now. Throws what ended the reading, where that was no proper end.</summary>
    public Pb.WatchRequest? TryTake()
    {
        if (asked.Reader.TryRead(out var request))
            return request;
        if (asked.Reader.Completion is { IsFaulted: true } broken)
            broken.GetAwaiter().GetResult();
        return null;
    }
}
