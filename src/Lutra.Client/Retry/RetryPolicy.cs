namespace Lutra.Client.Retry;

/// <summary>Whether and when a failed call is tried again. Pure: it neither waits nor calls.</summary>
public sealed record RetryPolicy
{
    /// <summary>The first wait, once every endpoint has been tried. Doubles with every round.</summary>
    public TimeSpan BackoffMin { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest wait: about an election.</summary>
    public TimeSpan BackoffMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long to wait before the next try; null: give up.</summary>
    /// <param name="error">How the last try failed.</param>
    /// <param name="failures">How many tries have failed, from 1.</param>
    /// <param name="endpoints">How many endpoints there are, from 1.</param>
    /// <param name="spread">A random number from 0 up to, and without, 1, so that clients that failed together do not come back together.</param>
    public TimeSpan? Decide(CallSafety safety, LutraError error, int failures, int endpoints, double spread)
    {
        var mayTryAgain = error switch
        {
            LutraError.Unavailable or LutraError.Stopped or LutraError.Overloaded => true,
            LutraError.OutcomeUnknown => safety != CallSafety.WriteOnce,
            _ => false,
        };
        if (!mayTryAgain)
            return null;

        // The next endpoint may know better, and is asked at once; but who is told that there is too much to do does not add to it.
        if (failures < endpoints && error != LutraError.Overloaded)
            return TimeSpan.Zero;
        var rounds = Math.Max(0, (failures / endpoints) - 1);
        var wait = BackoffMin * Math.Pow(2, Math.Min(rounds, 30));
        return (wait < BackoffMax ? wait : BackoffMax) * (0.5 + (spread / 2));
    }

    internal void Validate()
    {
        if (BackoffMin <= TimeSpan.Zero || BackoffMax < BackoffMin)
            throw new LutraException(LutraError.InvalidArgument, $"The waits between tries ({BackoffMin} to {BackoffMax}) must be positive, and rise.");
    }
}
