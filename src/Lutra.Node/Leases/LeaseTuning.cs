namespace Lutra.Node.Leases;

/// <summary>The numbers of the clock that counts leases down.</summary>
internal sealed record LeaseTuning
{
    /// <summary>Leases that live longer than this have what is left of their time written down now and then.</summary>
    public long CheckpointedAboveMillis { get; init; } = 300_000;

    /// <summary>How often it is written down.</summary>
    public long CheckpointEveryMillis { get; init; } = 60_000;

    /// <summary>How many leases a new leader reads between two other things that it does.</summary>
    public int LoadedPerTick { get; init; } = 20_000;

    /// <summary>So many revocations are under way at most, so that a mass expiry leaves room for writes.</summary>
    public int RevokingMax { get; init; } = 128;
}
