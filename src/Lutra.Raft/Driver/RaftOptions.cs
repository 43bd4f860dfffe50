namespace Lutra.Raft;

/// <summary>The numbers of one consensus core. Times are in ticks, whose length the driver chooses.</summary>
public sealed record RaftOptions
{
    /// <summary>Ticks without a leader before campaigning; each wait is drawn from [this, 2 × this). Lower recovers sooner, too low elects under load.</summary>
    public int ElectionTicks { get; init; } = 10;

    /// <summary>Ticks between a leader's heartbeats.</summary>
    public int HeartbeatTicks { get; init; } = 1;

    /// <summary>The most bytes of entries in one append; an entry that is larger alone goes alone.</summary>
    public int AppendBytesMax { get; init; } = 512 * 1024;

    /// <summary>The most appends on their way to one follower.</summary>
    public int InflightAppendsMax { get; init; } = 256;

    /// <summary>The most bytes of entries on their way to one follower.</summary>
    public int InflightBytesMax { get; init; } = 8 * 1024 * 1024;

    /// <summary>The most bytes that a leader holds appended and not committed; beyond it proposals are refused.</summary>
    public int UncommittedBytesMax { get; init; } = 64 * 1024 * 1024;

    /// <summary>The largest payload of one entry, in bytes; a larger proposal is refused before it is appended (pitfall F02).</summary>
    public int EntryBytesMax { get; init; } = 4 * 1024 * 1024;

    /// <summary>The most reads that wait for a confirmation round or for the first commit of a term.</summary>
    public int PendingReadsMax { get; init; } = 65_536;

    /// <summary>Bytes of applied entries kept in memory for followers that are a little behind.</summary>
    public int WindowBytes { get; init; } = 8 * 1024 * 1024;

    /// <exception cref="ArgumentException">A number is out of its range, or two contradict each other; says which.</exception>
    public void Validate()
    {
        Require(HeartbeatTicks >= 1, $"HeartbeatTicks ({HeartbeatTicks}) must be at least 1.");
        Require(ElectionTicks > HeartbeatTicks, $"ElectionTicks ({ElectionTicks}) must exceed HeartbeatTicks ({HeartbeatTicks}).");
        Require(ElectionTicks <= int.MaxValue / 2, $"ElectionTicks ({ElectionTicks}) must be at most {int.MaxValue / 2}.");
        Require(AppendBytesMax >= 1, $"AppendBytesMax ({AppendBytesMax}) must be at least 1.");
        Require(InflightAppendsMax >= 1, $"InflightAppendsMax ({InflightAppendsMax}) must be at least 1.");
        Require(InflightBytesMax >= 1, $"InflightBytesMax ({InflightBytesMax}) must be at least 1.");
        Require(UncommittedBytesMax >= 1, $"UncommittedBytesMax ({UncommittedBytesMax}) must be at least 1.");
        Require(EntryBytesMax >= 1, $"EntryBytesMax ({EntryBytesMax}) must be at least 1.");
        Require(PendingReadsMax >= 1, $"PendingReadsMax ({PendingReadsMax}) must be at least 1.");
        Require(WindowBytes >= 0, $"WindowBytes ({WindowBytes}) must not be negative.");
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
            throw new ArgumentException(message);
    }
}
