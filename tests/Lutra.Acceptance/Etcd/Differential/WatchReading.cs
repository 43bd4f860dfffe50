using System.Diagnostics;
using Google.Protobuf;
using Lutra.Server.Tests.Etcd;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Acceptance.Etcd.Differential;

/// <summary>
/// Watches on one stream of one store, read to their end: until every event that the history has for them was told, then cancelled, so that one event too many
/// comes before the end, too.
/// </summary>
internal sealed class WatchReading(StoreSide side, GrpcStream stream)
{
    private const long NoWatch = -1;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly ByteString Before = ByteString.CopyFromUtf8("a");
    private static readonly ByteString After = ByteString.CopyFromUtf8("b");

    private readonly SortedDictionary<long, Seen> watches = [];
    private readonly List<Pb.WatchResponse> said = [];
    private readonly SortedSet<long> progress = [];
    private string complaint = "";
    private Func<Pb.Event, bool> leftOut = static _ => false;

    private sealed class Seen
    {
        public List<Pb.Event> Events { get; } = [];

        public bool IsOver { get; set; }

        /// <summary>The last response was a part of what goes on in the next.</summary>
        public bool IsInParts { get; set; }
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
    /// <param name="asksProgress">Once they were.</param>
    public async Task<Answer> ToTheEndAsync(IReadOnlyDictionary<long, int> expected, long floor, bool asksProgress)
    {
        foreach (var watch in watches.Values)
            watch.Events.RemoveAll(one => VersionDifferences.IsDeleteAt(floor, one));
        leftOut = one => VersionDifferences.IsDeleteAt(floor, one);

        while (watches.Any(watch => !watch.Value.IsOver && watch.Value.Events.Count < expected.GetValueOrDefault(watch.Key)))
            await NextAsync();
        if (asksProgress && watches.Values.Any(watch => !watch.IsOver))
            await AskProgressAsync();
        foreach (var (id, watch) in watches)
        {
            if (!watch.IsOver)
                await stream.SendAsync(new Pb.WatchRequest { CancelRequest = new Pb.WatchCancelRequest { WatchId = id } });
            while (!watch.IsOver)
                await NextAsync();
        }

        foreach (var (id, watch) in watches)
        {
            said.Add(new Pb.WatchResponse { WatchId = id, Events = { watch.Events } });
            if (watch.IsInParts)
                complaint = "the last response of a watch was a part of one";
        }

        said.AddRange(progress.Select(revision => new Pb.WatchResponse { WatchId = NoWatch, Header = new Pb.ResponseHeader { Revision = revision } }));

        // Creations are answered in their order; when another watch is told its end is the store's to choose.
        return new Answer(0, complaint, [.. said.OrderBy(reply => reply.Created ? long.MinValue : reply.WatchId).Select(reply => side.Symbols(reply))]);
    }

    // While a watch was not told all there is, nothing is said of progress: whoever needs to know asks again.
    private async Task AskProgressAsync()
    {
        var started = Stopwatch.GetTimestamp();
        while (!progress.Contains(side.Revision))
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
                throw new InvalidOperationException($"No progress was told up to {side.Revision}: {string.Join(", ", progress)}");
            await stream.SendAsync(new Pb.WatchRequest { ProgressRequest = new Pb.WatchProgressRequest() });

            // A watch of nothing: it is refused at once, so that there is something to wait for.
            await stream.SendAsync(new Pb.WatchRequest { CreateRequest = new Pb.WatchCreateRequest { Key = After, RangeEnd = Before } });
            while (!await IsRefusalAsync())
            {
                // What else was said.
            }
        }

        async Task<bool> IsRefusalAsync() => await ReadAsync() is { Created: true, Canceled: true };
    }

    private async Task<Pb.WatchResponse> NextAsync()
    {
        var reply = await ReadAsync();
        if (reply.Events.Count == 0 && !IsProgress(reply))
            said.Add(reply);
        return reply;
    }

    private async Task<Pb.WatchResponse> ReadAsync()
    {
        var reply = await stream.ReadAsync<Pb.WatchResponse>() ?? throw new InvalidOperationException($"The stream ended: {stream.End.Status} {stream.End.Message}");
        if (reply.Created && !reply.Canceled)
            watches[reply.WatchId] = new Seen();
        if (watches.TryGetValue(reply.WatchId, out var watch))
        {
            // How many revisions a response holds is the store's to choose.
            watch.Events.AddRange(reply.Events.Where(one => !leftOut(one)));
            watch.IsOver |= reply.Canceled;
            watch.IsInParts = reply.Fragment;
        }

        if (IsProgress(reply))
            progress.Add(reply.Header.Revision);
        return reply;
    }

    private static bool IsProgress(Pb.WatchResponse reply) => reply is { WatchId: NoWatch, Created: false, Canceled: false };
}
