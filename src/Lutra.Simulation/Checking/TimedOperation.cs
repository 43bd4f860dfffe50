namespace Lutra.Simulation.Checking;

/// <summary>What one client did, and when.</summary>
/// <param name="Client">Who; for people.</param>
/// <param name="Invoked">When it was asked, in any unit.</param>
/// <param name="Returned">When its answer came, not before <paramref name="Invoked"/>; equal times are at once. <see cref="Never"/>: nobody knows whether it was
/// done, so it may take effect at any time from its asking on, or not at all.</param>
public sealed record TimedOperation<TOperation>(int Client, long Invoked, long Returned, TOperation What)
{
    public const long Never = long.MaxValue;

    public bool IsUnknown => Returned == Never;
}
