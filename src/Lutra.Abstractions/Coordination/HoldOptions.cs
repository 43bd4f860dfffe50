namespace Lutra;

/// <summary>How long what a program holds outlives it.</summary>
public sealed record HoldOptions
{
    /// <summary>
    /// How long after the program's last sign of life what it holds is given to others: from two seconds; servers lengthen what is shorter than an election takes. It
    /// is kept alive three times as often.
    /// </summary>
    public TimeSpan TimeToLive { get; init; } = TimeSpan.FromSeconds(30);

    public TimeProvider Time { get; init; } = TimeProvider.System;

    internal long TtlSeconds => TimeToLive >= TimeSpan.FromSeconds(2) && TimeToLive <= TimeSpan.FromDays(365)
        ? (long)Math.Ceiling(TimeToLive.TotalSeconds)
        : throw new LutraException(LutraError.InvalidArgument, $"The time to live is {TimeToLive}, but must be from two seconds to a year.");
}
