using Lutra.Server.Tests.Etcd;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Acceptance.Etcd.Differential;

/// <summary>
/// Watches on one stream of one store, read to their end: until every event that the history has for them was told, then cancelled, so that one event too many
/// comes before the end, too.
/// </summary>
internal sealed class WatchReading(StoreSide side, GrpcStream stream)
{
    private readonly SortedDictionary<long, Seen> watches = [];
    private readonly List<Pb.WatchResponse> said = [];
    private Func<Pb.Event, bool> leftOut = static _ => false;

    private sealed class Seen
    {
        public List<Pb.Event> Events { get; } = [];

        public bool IsOver { get; set; }
    }

    /// <summary>What the creations were answered.</summary>
    public async Task<long[]> CreateAsync(IReadOnlyList<Pb.WatchCreateRequest> creates)
    {
        var ids = new List<long>();
        foreach (var create in creates)
        {
            await stream.SendAsync(new Pb.WatchRequest { CreateRequest = side.Resolve(create) });

            // Events of the watches before may come first.
            while (true)
            {
                var reply = await NextAsync();
                if (!reply.Created)
                    continue;
                ids.Add(reply.WatchId);
                break;
            }
        }

        return [.. ids];
    }

    /// <param name="expected">How many events each of the watches must be told, but for those that <see cref="VersionDifferences"/> leaves out.</param>
    public async Task<Answer> ToTheEndAsync(IReadOnlyDictionary<long, int> expected, long floor)
    {
        foreach (var watch in watches.Values)
            watch.Events.RemoveAll(one => VersionDifferences.IsDeleteAt(floor, one));
        leftOut = one => VersionDifferences.IsDeleteAt(floor, one);

        while (watches.Any(watch => !watch.Value.IsOver && watch.Value.Events.Count < expected.GetValueOrDefault(watch.Key)))
            await NextAsync();
        foreach (var (id, watch) in watches)
        {
            if (!watch.IsOver)
                await stream.SendAsync(new Pb.WatchRequest { CancelRequest = new Pb.WatchCancelRequest { WatchId = id } });
            while (!watch.IsOver)
                await NextAsync();
        }

        foreach (var (id, watch) in watches)
            said.Add(new Pb.WatchResponse { WatchId = id, Events = { watch.Events } });

        // Creations are answered in their order; when another watch is told its end is the store's to choose.
        return new Answer(0, "", [.. said.OrderBy(reply => reply.Created ? long.MinValue : reply.WatchId).Select(reply => side.Symbols(reply))]);
    }

    private async Task<Pb.WatchResponse> NextAsync()
    {
        var reply = await stream.ReadAsync<Pb.WatchResponse>() ?? throw new InvalidOperationException($"The stream ended: {stream.End.Status} {stream.End.Message}");
        if (reply.Created && !reply.Canceled)
            watches[reply.WatchId] = new Seen();
        if (watches.TryGetValue(reply.WatchId, out var watch))
        {
            // How many revisions a response holds is the store's to choose.
            watch.Events.AddRange(reply.Events.Where(one => !leftOut(one)));
            watch.IsOver |= reply.Canceled;
        }

        if (reply.Events.Count == 0)
            said.Add(reply);
        return reply;
    }
}
