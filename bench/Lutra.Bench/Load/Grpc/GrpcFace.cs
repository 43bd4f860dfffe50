namespace Lutra.Bench.Load.Grpc;

/// <summary>
/// Watchers over etcd's API: so many calls, spread over some connections, with the watches spread over the calls. The slow ones are two: a call among the others of a
/// connection that is given no window, and a connection of its own that is not read.
/// </summary>
/// <param name="key">What those watch that are opened by the thousand, up to <paramref name="end"/>.</param>
internal sealed class GrpcFace(int port, string key, string end, int connections, int callsMax, int watchersMax, LagCounts lags) : IWatchFace
{
    private readonly Http2Connection[] all = [.. Enumerable.Range(0, connections).Select(_ => Reading(port))];
    private readonly int watchesPerCall = Math.Max(1, watchersMax / callsMax);
    private Http2Connection? unread;
    private WatchCall? held;
    private int opened;

    public string Description => $"over gRPC, {watchesPerCall} on each call, the calls on {connections} connection{(connections == 1 ? "" : "s")}";

    public async Task<IReadOnlyList<CountedWatcher>> OpenAsync(int count)
    {
        var some = new List<CountedWatcher>();
        for (var left = count; left > 0; left -= watchesPerCall)
        {
            var call = new WatchCall(key, end, Math.Min(watchesPerCall, left), lags);
            call.Ask(all[opened++ % all.Length]);
            some.AddRange(call.Watchers);
        }

        await BegunAsync(some);
        return some;
    }

    public async Task<CountedWatcher> OpenQuickAsync(string prefix)
    {
        var call = new WatchCall(prefix, EndOf(prefix), 1, lags);
        call.Ask(all[0]);
        await BegunAsync(call.Watchers);
        return call.Watchers[0];
    }

    public async Task<IReadOnlyList<CountedWatcher>> OpenSlowAsync(string prefix)
    {
        held = new WatchCall(prefix, EndOf(prefix), 1, lags);
        held.Hold();
        held.Ask(all[0]);
        await BegunAsync(held.Watchers);
        unread = Http2Connection.Connect(port, WatchCall.Path, receiveBufferBytes: 4096);
        var alone = new WatchCall(prefix, EndOf(prefix), 1, lags);
        alone.Ask(unread);
        return [held.Watchers[0], alone.Watchers[0]];
    }

    public void ReadOn()
    {
        held!.Release(all[0]);
        unread!.StartReading();
    }

    public void Dispose()
    {
        foreach (var connection in all)
            connection.Dispose();
        unread?.Dispose();
    }

    private static Http2Connection Reading(int port)
    {
        var connection = Http2Connection.Connect(port, WatchCall.Path);
        connection.StartReading();
        return connection;
    }

    private static string EndOf(string prefix) => prefix[..^1] + (char)(prefix[^1] + 1);

    private static async Task BegunAsync(IReadOnlyList<CountedWatcher> some)
    {
        await Task.WhenAll(some.Select(watcher => watcher.Began)).WaitAsync(TimeSpan.FromSeconds(60));
        if (some.FirstOrDefault(watcher => watcher.Fault is not null) is { Fault: { } fault })
            throw new InvalidOperationException(fault);
    }
}
