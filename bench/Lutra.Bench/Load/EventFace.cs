namespace Lutra.Bench.Load;

/// <summary>Watchers over SSE, each over a connection of its own.</summary>
/// <param name="query">What those watch that are opened by the thousand.</param>
internal sealed class EventFace(int port, string query, LagCounts lags) : IWatchFace
{
    private readonly List<EventWatcher> all = [];
    private EventWatcher? slow;

    public string Description => "over SSE, each on a connection of its own";

    public async Task<IReadOnlyList<CountedWatcher>> OpenAsync(int count)
    {
        var some = Enumerable.Range(0, count).Select(_ => new EventWatcher(query, lags)).ToArray();
        all.AddRange(some);
        await Task.WhenAll(some.Select(watcher => watcher.OpenAsync(port)));
        return some;
    }

    public async Task<CountedWatcher> OpenQuickAsync(string prefix)
    {
        var quick = new EventWatcher($"prefix={Uri.EscapeDataString(prefix)}", lags);
        all.Add(quick);
        await quick.OpenAsync(port);
        return quick;
    }

    public async Task<IReadOnlyList<CountedWatcher>> OpenSlowAsync(string prefix)
    {
        slow = new EventWatcher($"prefix={Uri.EscapeDataString(prefix)}", lags, receiveBufferBytes: 4096);
        all.Add(slow);
        await slow.ConnectAsync(port);
        return [slow];
    }

    public void ReadOn() => _ = slow!.ReadAsync();

    public void Dispose()
    {
        foreach (var watcher in all)
            watcher.Dispose();
    }
}
