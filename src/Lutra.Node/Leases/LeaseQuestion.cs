namespace Lutra.Node.Leases;

/// <summary>Something that only the leader knows of a lease.</summary>
/// <param name="Renews">The holder lives: the lease begins anew. Else it is only asked what is left.</param>
public readonly record struct LeaseQuestion(long Lease, bool Renews);

/// <summary>What the leader says. An error: unavailable (ask again), or there is no such lease.</summary>
public readonly record struct LeaseAnswer(LutraError? Error, string? Message, long TtlSeconds, long RemainingSeconds)
{
    public static LeaseAnswer Left(long ttlSeconds, long remainingSeconds) => new(null, null, ttlSeconds, remainingSeconds);

    public static LeaseAnswer NotFound(long lease) => new(LutraError.LeaseNotFound, $"There is no lease {lease}.", 0, 0);

    public static LeaseAnswer AskAgain(string why) => new(LutraError.Unavailable, why, 0, 0);
}
