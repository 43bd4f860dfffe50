using Google.Protobuf;
using Lutra.Server.Tests.Etcd;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Acceptance.Etcd.Differential;

/// <summary>Every change of one store since the sequence began, by a watch of its own.</summary>
internal sealed class History : IDisposable
{
    private static readonly ByteString First = ByteString.CopyFrom(0);

    private readonly GrpcStream stream;
    private readonly List<Pb.Event> events = [];
    private long upTo;

    private History(GrpcStream stream, long begin)
    {
        this.stream = stream;
        upTo = begin;
    }

    public IReadOnlyList<Pb.Event> Events => events;

    public static async Task<History> OpenAsync(StoreSide side)
    {
        var history = new History(side.Client.OpenAtOnce("/etcdserverpb.Watch/Watch"), side.Revision);
        var create = new Pb.WatchCreateRequest { Key = First, RangeEnd = First, StartRevision = side.Revision + 1, PrevKv = true };
        await history.stream.SendAsync(new Pb.WatchRequest { CreateRequest = create });
        await history.stream.ReadAsync<Pb.WatchResponse>();
        return history;
    }

    public async Task ReadToAsync(long revision)
    {
        while (upTo < revision)
        {
            var reply = await stream.ReadAsync<Pb.WatchResponse>();
            if (reply is null || reply.Canceled)
                throw new InvalidOperationException($"The watch of all keys ended: {reply}");
            events.AddRange(reply.Events);
            upTo = events.Count > 0 ? events[^1].Kv.ModRevision : upTo;
        }
    }

    /// <summary>How many events a watch must be told.</summary>
    /// <param name="create">With this run's numbers.</param>
    public int Count(Pb.WatchCreateRequest create, long since, Func<Pb.Event, bool> counts) => events.Count(one => counts(one) &&
        one.Kv.ModRevision >= (create.StartRevision == 0 ? since : create.StartRevision) && Covers(create, one.Kv.Key)
        && !create.Filters.Any(filter => (int)filter == (int)one.Type));

    public void Dispose() => stream.Dispose();

    private static bool Covers(Pb.WatchCreateRequest create, ByteString key)
    {
        var from = create.Key.IsEmpty ? First : create.Key;
        var order = key.Span.SequenceCompareTo(from.Span);
        return create.RangeEnd.IsEmpty ? order == 0 : order >= 0 && (create.RangeEnd == First || key.Span.SequenceCompareTo(create.RangeEnd.Span) < 0);
    }
}
