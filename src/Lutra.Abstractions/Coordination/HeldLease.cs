namespace Lutra;

/// <summary>A lease that is kept alive for as long as this object lives. Disposing of it ends the lease, and with it the keys that were put with it.</summary>
public sealed class HeldLease : IAsyncDisposable
{
    // Of its time to live: how often it is renewed, how soon a renewal that failed is tried again, and how much earlier than the servers we take it for lost,
    // since clocks do not run alike.
    private const int RenewalsPerLife = 3;
    private const int RetriesPerLife = 20;
    private const int MarginsPerLife = 10;

    // No timer runs for longer than fifty days: what lives for long is renewed once a day.
    private static readonly TimeSpan WaitMax = TimeSpan.FromDays(1);

    private readonly ILutraClient client;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource lost = new();
    private readonly CancellationTokenSource ending = new();
    private readonly Task keeping;
    private TimeSpan life;
    private long aliveSince;
    private int isEnded;

    private HeldLease(ILutraClient client, GrantLeaseResult granted, TimeProvider time, long askedAt)
    {
        this.client = client;
        this.time = time;
        Id = granted.Lease;
        life = TimeSpan.FromSeconds(granted.TtlSeconds);
        aliveSince = askedAt;
        keeping = KeepAsync();
    }

    /// <summary>Its number, for <see cref="PutOperation.Lease"/>.</summary>
    public long Id { get; }

    /// <summary>
    /// Cancelled as soon as the lease may be over: the servers said so, or none has answered for nearly its time to live. And when it is disposed of. A program that
    /// was stopped for longer hears of it only when it runs again: what must not be done twice is guarded by a fencing token as well.
    /// </summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>Grants a lease and keeps it alive. Throws <see cref="LutraException"/> where none is granted.</summary>
    public static async ValueTask<HeldLease> GrantAsync(ILutraClient client, HoldOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new HoldOptions();
        var askedAt = options.Time.GetTimestamp();
        return new HeldLease(client, await client.GrantLeaseAsync(options.TtlSeconds, cancellationToken: cancellationToken).ConfigureAwait(false), options.Time, askedAt);
    }

    /// <summary>Ends the lease. Where no server can be asked it ends by itself.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref isEnded, 1) != 0)
            return;
        await ending.CancelAsync().ConfigureAwait(false);
        await keeping.ConfigureAwait(false);
        await lost.CancelAsync().ConfigureAwait(false);
        try
        {
            await client.RevokeLeaseAsync(Id).ConfigureAwait(false);
        }
        catch (LutraException)
        {
            // It is over already, or will be.
        }
    }

    // Whatever goes wrong is tried again for as long as the lease may live: a holder that stopped renewing must hear that it lost.
    private async Task KeepAsync()
    {
        var wait = Bounded(life / RenewalsPerLife);
        while (!ending.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(wait, time, ending.Token).ConfigureAwait(false);
                var left = life - (life / MarginsPerLife) - time.GetElapsedTime(aliveSince);
                if (left <= TimeSpan.Zero || !await RenewAsync(Bounded(left)).ConfigureAwait(false))
                    break;
                wait = Bounded(life / RenewalsPerLife);
            }
            catch (Exception)
            {
                wait = Bounded(life / RetriesPerLife);
            }
        }

        await lost.CancelAsync().ConfigureAwait(false);
    }

    private static TimeSpan Bounded(TimeSpan wait) => wait < WaitMax ? wait : WaitMax;

    // False: it is over.
    private async Task<bool> RenewAsync(TimeSpan within)
    {
        using var late = new CancellationTokenSource(within, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, ending.Token);
        var askedAt = time.GetTimestamp();
        try
        {
            var status = await client.KeepAliveAsync(Id, either.Token).ConfigureAwait(false);
            life = TimeSpan.FromSeconds(status.TtlSeconds);
            aliveSince = askedAt;
            return true;
        }
        catch (LutraException over) when (over.Error == LutraError.LeaseNotFound)
        {
            return false;
        }
    }
}
