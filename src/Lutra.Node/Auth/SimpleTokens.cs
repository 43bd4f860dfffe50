using Lutra.Keyspace.Auth;

namespace Lutra.Node.Auth;

/// <summary>
/// The tokens that the log granted, as this node knows them: in memory only, each until nobody has used it here for its time. Safe from many threads; a look-up
/// takes one probe.
/// </summary>
/// <param name="nowMillis">The node's monotonic clock.</param>
internal sealed class SimpleTokens(Func<long> nowMillis, long ttlMillis)
{
    /// <summary>The most at once; beyond it those that were used longest ago go first.</summary>
    public const int TokensMax = 100_000;

    private readonly Lock gate = new();
    private readonly Dictionary<string, Held> held = new(StringComparer.Ordinal);

    public int Count
    {
        get
        {
            lock (gate)
                return held.Count;
        }
    }

    /// <summary>Whose token it is; null where it is unknown or over. Begins its time anew.</summary>
    public string? Use(string token)
    {
        var now = nowMillis();
        lock (gate)
        {
            if (!held.TryGetValue(token, out var found))
                return null;
            if (found.EndsAtMillis <= now)
            {
                held.Remove(token);
                return null;
            }

            found.EndsAtMillis = now + ttlMillis;
            return found.User;
        }
    }

    /// <summary>Entries did this, in this order.</summary>
    public void Applied(IReadOnlyList<AuthEvent> events)
    {
        lock (gate)
        {
            foreach (var happened in events)
            {
                switch (happened)
                {
                    case TokenGranted granted:
                        MakeRoom();
                        held[granted.Token] = new Held(granted.User, nowMillis() + ttlMillis);
                        break;
                    case TokensOfUserVoid ended:
                        RemoveWhere(one => one.User == ended.User);
                        break;
                    case AllTokensVoid:
                        held.Clear();
                        break;
                }
            }
        }
    }

    // Seldom: some at once, so that a full house is not swept for each that comes.
    private void MakeRoom()
    {
        if (held.Count < TokensMax)
            return;
        var now = nowMillis();
        RemoveWhere(one => one.EndsAtMillis <= now);
        if (held.Count < TokensMax)
            return;
        foreach (var token in held.OrderBy(one => one.Value.EndsAtMillis).Take(TokensMax / 10).Select(one => one.Key).ToArray())
            held.Remove(token);
    }

    private void RemoveWhere(Predicate<Held> condition)
    {
        foreach (var token in held.Where(one => condition(one.Value)).Select(one => one.Key).ToArray())
            held.Remove(token);
    }

    private sealed class Held(string user, long endsAtMillis)
    {
        public string User => user;

        public long EndsAtMillis { get; set; } = endsAtMillis;
    }
}
