namespace Lutra.Server.Etcd;

/// <summary>
/// How the loop of a stream waits: until it is woken, until it wanted to look at something, or until a client that requires a leader has to be told that there
/// was none for three election timeouts (etcd's rule).
/// </summary>
internal sealed class StreamWaiting(EtcdCall call) : IDisposable
{
    private const int ElectionsWithoutLeader = 3;

    // Nothing waits longer than a semaphore can; who is woken for nothing waits on.
    private static readonly TimeSpan WaitMax = TimeSpan.FromDays(1);

    private readonly SemaphoreSlim something = new(0, 1);
    private readonly TimeProvider time = call.Face.Options.Time;
    private readonly TimeSpan election = TimeSpan.FromMilliseconds(call.Node.Options.ElectionTimeoutMillis);
    private long leaderSeenAt = call.Face.Options.Time.GetTimestamp();
    private TimeSpan? lookEvery;
    private long lookedAt;

    /// <summary>From any thread.</summary>
    public void Wake()
    {
        try
        {
            if (something.CurrentCount == 0)
                something.Release();
        }
        catch (Exception late) when (late is SemaphoreFullException or ObjectDisposedException)
        {
            // It is awake already, or gone.
        }
    }

    public void LookEvery(TimeSpan interval)
    {
        if (lookEvery is not null)
            return;
        lookEvery = interval;
        lookedAt = time.GetTimestamp();
    }

    /// <summary>True once for every interval.</summary>
    public bool IsLookDue()
    {
        if (lookEvery is not { } interval || time.GetElapsedTime(lookedAt) < interval)
            return false;
        lookedAt = time.GetTimestamp();
        return true;
    }

    /// <summary>Throws where there was no leader for too long.</summary>
    public async Task WaitAsync(CancellationToken stop)
    {
        if (!call.RequiresLeader && lookEvery is null)
        {
            await something.WaitAsync(stop);
            return;
        }

        var atMost = call.RequiresLeader ? election : WaitMax;
        if (lookEvery is { } interval)
        {
            var left = interval - time.GetElapsedTime(lookedAt);
            atMost = left < TimeSpan.Zero ? TimeSpan.Zero : left < atMost ? left : atMost;
        }

        await something.WaitAsync(atMost, stop);
        ThrowWithoutLeader();
    }

    public void Dispose() => something.Dispose();

    private void ThrowWithoutLeader()
    {
        if (call.Node.Standing is { LeaderMember: not 0 })
            leaderSeenAt = time.GetTimestamp();
        else if (call.RequiresLeader && time.GetElapsedTime(leaderSeenAt) >= election * ElectionsWithoutLeader)
            throw call.WithoutLeader;
    }
}
