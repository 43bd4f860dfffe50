using System.Collections.Concurrent;

namespace Lutra.Cli.Transfer.FromEtcd;

/// <summary>
/// Leases of etcd, granted in the cluster under the same numbers. While the copy goes on they are kept alive, since those who hold them still talk to etcd; from its end
/// on they run.
/// </summary>
internal sealed class LeaseCopies(EtcdSource source, ILutraClient target, TimeProvider time) : IAsyncDisposable
{
    private const int AtOnce = 16;
    private const int TriesMax = 10;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(500);

    // By number: what was granted; 0 where etcd has no such lease any more.
    private readonly ConcurrentDictionary<long, long> grantedSeconds = new();
    private readonly ConcurrentDictionary<long, DateTimeOffset> due = new();
    private readonly CancellationTokenSource stop = new();
    private Task keeping = Task.CompletedTask;

    /// <summary>Those that are there now.</summary>
    public int Count => grantedSeconds.Values.Count(seconds => seconds > 0);

    /// <summary>Copies every lease of etcd's, and begins to keep alive what is copied.</summary>
    public async Task CopyAllAsync(bool all, CancellationToken cancellationToken)
    {
        keeping = KeepAliveAsync(stop.Token);
        if (!all)
            return;
        var leases = await source.AskAsync(client => client.LeasesAsync(cancellationToken), cancellationToken);
        await Parallel.ForEachAsync(leases, Several(cancellationToken), async (lease, ending) => await CopyAsync(lease, ending));
    }

    /// <summary>Copies one, where it was not yet; false: it has ended in etcd, and its keys with it.</summary>
    public async Task<bool> CopyAsync(long lease, CancellationToken cancellationToken)
    {
        if (grantedSeconds.TryGetValue(lease, out var known))
            return known > 0;
        LeaseStatus found;
        try
        {
            found = await source.AskAsync(client => client.LeaseAsync(lease, false, cancellationToken), cancellationToken);
        }
        catch (LutraException ended) when (ended.Error == LutraError.LeaseNotFound)
        {
            grantedSeconds[lease] = 0;
            return false;
        }

        // Outside: what the cluster says of its own lease says nothing of etcd's.
        await GrantAsync(lease, found.GrantedTtlSeconds, cancellationToken);
        return true;
    }

    /// <summary>What ended here though it was kept alive, because nobody answered for long.</summary>
    public async Task GrantAgainAsync(IReadOnlyList<long> leases, CancellationToken cancellationToken)
    {
        foreach (var lease in leases)
            await GrantAsync(lease, grantedSeconds[lease], cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await keeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    private static ParallelOptions Several(CancellationToken cancellationToken) => new() { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };

    private async Task GrantAsync(long lease, long seconds, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await target.GrantLeaseAsync(seconds, lease, cancellationToken);
                break;
            }
            catch (LutraException there) when (there.Error == LutraError.LeaseExists)
            {
                // From an earlier attempt, and it may end at this moment.
                if (await StillLivesAsync(lease, tries, cancellationToken))
                    break;
            }
        }

        grantedSeconds[lease] = seconds;
        due[lease] = NextTime(seconds);
    }

    private async Task<bool> StillLivesAsync(long lease, int tries, CancellationToken cancellationToken)
    {
        try
        {
            await target.KeepAliveAsync(lease, cancellationToken);
            return true;
        }
        catch (LutraException ended) when (ended.Error == LutraError.LeaseNotFound && tries < TriesMax)
        {
            return false;
        }
    }

    private DateTimeOffset NextTime(long seconds) => time.GetUtcNow() + TimeSpan.FromSeconds(Math.Min(seconds, 3600) / 3.0);

    private async Task KeepAliveAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var now = time.GetUtcNow();
            await Parallel.ForEachAsync(due.Where(each => each.Value <= now).Select(each => each.Key), Several(cancellationToken), async (lease, ending) =>
            {
                try
                {
                    await target.KeepAliveAsync(lease, ending);
                }
                catch (LutraException)
                {
                    // Who puts its keys grants it again; so does the next turn find it, or nothing does any good.
                }
                due[lease] = NextTime(grantedSeconds[lease]);
            });
            await Task.Delay(BetweenLooks, time, cancellationToken);
        }
    }
}
