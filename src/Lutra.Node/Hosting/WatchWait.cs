using System.Threading.Tasks.Sources;

namespace Lutra.Node.Hosting;

/// <summary>
/// How the reader of one watch waits: until something may be there, or until nothing was for so long. One reader; anybody may wake it, and never runs it. Where
/// thousands wait, one write wakes them all, so that waking allocates nothing and sets no timer.
/// </summary>
internal sealed class WatchWait : IValueTaskSource, IDisposable
{
    private const int Awake = 0;
    private const int Called = 1;
    private const int Waiting = 2;

    private readonly WatchTurns turns;
    private readonly long quietMillis;
    private readonly Timer? timer;
    private ManualResetValueTaskSourceCore<bool> source = new() { RunContinuationsAsynchronously = true };
    private int state;
    private long toldMillis = Environment.TickCount64;

    /// <param name="quiet">After so long without a word it is woken; null: never for that.</param>
    public WatchWait(WatchTurns turns, TimeSpan? quiet)
    {
        this.turns = turns;
        if (quiet is not { } some)
            return;
        quietMillis = Math.Clamp((long)some.TotalMilliseconds, 1, int.MaxValue);
        timer = new Timer(static wait => ((WatchWait)wait!).Elapsed(), this, quietMillis, Timeout.Infinite);
    }

    /// <summary>Nothing was told for as long as it should be quiet at most.</summary>
    public bool IsQuiet => timer is not null && Environment.TickCount64 - Volatile.Read(ref toldMillis) >= quietMillis;

    public void Told() => Volatile.Write(ref toldMillis, Environment.TickCount64);

    /// <summary>Something may be there. From any thread, also after the reader has left.</summary>
    public void Call()
    {
        while (true)
        {
            var seen = Volatile.Read(ref state);
            if (seen == Called)
                return;
            if (Interlocked.CompareExchange(ref state, seen == Awake ? Called : Awake, seen) != seen)
                continue;
            if (seen == Waiting)
                turns.Add(this);
            return;
        }
    }

    /// <summary>Ends at the next call, or at once where there was one since it last ended.</summary>
    public ValueTask Something()
    {
        source.Reset();
        if (Interlocked.CompareExchange(ref state, Waiting, Awake) == Awake)
            return new ValueTask(this, source.Version);
        Volatile.Write(ref state, Awake);
        return default;
    }

    /// <summary>The turns' alone.</summary>
    public void Wake() => source.SetResult(true);

    public void Dispose() => timer?.Dispose();

    void IValueTaskSource.GetResult(short token) => source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        source.OnCompleted(continuation, state, token, flags);

    // Set anew only here, never when something is told: that happens far more often.
    private void Elapsed()
    {
        var quietSoFar = Environment.TickCount64 - Volatile.Read(ref toldMillis);
        if (quietSoFar >= quietMillis)
            Call();
        try
        {
            timer?.Change(quietSoFar >= quietMillis ? quietMillis : quietMillis - quietSoFar, Timeout.Infinite);
        }
        catch (ObjectDisposedException)
        {
            // The reader has left.
        }
    }
}
