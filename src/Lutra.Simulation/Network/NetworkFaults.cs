namespace Lutra.Simulation.Network;

/// <summary>How the simulated network behaves while nobody cuts it. Probabilities are per send.</summary>
/// <param name="DelayMin">The least time from a send to its arrival.</param>
/// <param name="DelayMax">The most; each is drawn evenly between the two.</param>
/// <param name="Reset">The connection breaks in the middle of these bytes: a part of them arrives, then both ends hear that it failed.</param>
/// <param name="Stall">These bytes, and all after them on the connection, wait as if packets were lost and sent again.</param>
/// <param name="StallMax">The longest such wait.</param>
/// <param name="OddChunks">Bytes arrive cut at odd places instead of as they were sent.</param>
/// <param name="BytesPerMillisecond">What one direction of one connection carries; 0: no limit.</param>
public sealed record NetworkFaults(
    TimeSpan DelayMin, TimeSpan DelayMax, double Reset, double Stall, TimeSpan StallMax, bool OddChunks, long BytesPerMillisecond)
{
    /// <summary>The part of sends that take 10 to 50 times as long.</summary>
    public double Tail { get; init; }

    /// <summary>A quiet local network.</summary>
    public static NetworkFaults None { get; } =
        new(TimeSpan.FromMicroseconds(50), TimeSpan.FromMicroseconds(500), Reset: 0, Stall: 0, TimeSpan.Zero, OddChunks: false, BytesPerMillisecond: 0);

    /// <summary>Everything at once, each seldom enough that work goes on.</summary>
    public static NetworkFaults Rough { get; } =
        new(TimeSpan.FromMicroseconds(50), TimeSpan.FromMilliseconds(10), Reset: 0.002, Stall: 0.01, TimeSpan.FromMilliseconds(300), OddChunks: true,
            BytesPerMillisecond: 0);
}
