namespace Lutra.Simulation.Workloads;

/// <summary>Who had one lock, and until when at least; and what was written under it.</summary>
internal sealed class LockBook(int which)
{
    private readonly SortedSet<long> tokens = [];
    private readonly List<(long Token, long Revision)> writes = [];
    private long newest;
    private string holder = "nobody";
    private TimeSpan knownAt;
    private TimeSpan until;

    /// <summary>What is wrong; null: nothing.</summary>
    /// <param name="asked">When the client began to ask for it.</param>
    public string? Taken(long token, TimeSpan asked, TimeSpan now, string by)
    {
        tokens.Add(token);
        if (token <= newest)
        {
            // An answer that was long on its way, unless it was asked for later.
            return asked > knownAt ? $"I12: {by} asked for lock {which} at {asked} and has token {token}; {holder} had token {newest} at {knownAt}" : null;
        }

        var wrong = now < until ? $"I12: {by} has lock {which} under token {token} at {now}; the lease of {holder}, token {newest}, lives until {until}" : null;
        (newest, holder, knownAt, until) = (token, by, now, TimeSpan.Zero);
        return wrong;
    }

    /// <summary>The lease under <paramref name="token"/> cannot end before <paramref name="at"/>.</summary>
    public void LivesUntil(long token, TimeSpan at)
    {
        if (token == newest && at > until)
            until = at;
    }

    /// <summary>What is wrong with what a leader says is left of the lease under <paramref name="token"/>; null: nothing.</summary>
    public string? Left(long token, long leftSeconds, long ttlSeconds, TimeSpan now) =>
        leftSeconds > ttlSeconds || (token == newest && now + TimeSpan.FromSeconds(leftSeconds + 1) < until)
            ? $"I12: {leftSeconds} of {ttlSeconds} s are said to be left of the lease of {holder}, token {token}, at {now}; it lives until {until}" : null;

    public void GivenUp(long token)
    {
        if (token == newest)
            until = TimeSpan.Zero;
    }

    /// <summary>What is wrong; null: nothing.</summary>
    public string? FoundGone(long token, TimeSpan now) =>
        token == newest && now < until ? $"I12: {holder} has lost lock {which}, token {token}, at {now}; its lease lives until {until}" : null;

    public void Written(long token, long revision) => writes.Add((token, revision));

    /// <summary>Tokens are revisions: between a token and what was written under it nobody else may have got one.</summary>
    public string? Judge()
    {
        foreach (var (token, revision) in writes)
        {
            if (tokens.GetViewBetween(token + 1, revision) is { Count: > 0 } later)
                return $"I12: under token {token} of lock {which} something was written at revision {revision}, after token {later.Min} was given";
        }

        return null;
    }
}
