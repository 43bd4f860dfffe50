using System.Collections.Immutable;

namespace Lutra.Storage.Measures;

/// <summary>
/// How often something took how long, in fixed buckets, on the clock that is handed in. From any thread; recording allocates nothing and takes no lock: two
/// interlocked additions.
/// </summary>
public sealed class DurationHistogram(TimeProvider time)
{
    // From a fast disk's sync to the longest that a request waits.
    private static readonly long[] BoundsMicros =
    [
        50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000,
    ];

    // The last one holds what took longer than the highest bound.
    private readonly long[] counts = new long[BoundsMicros.Length + 1];
    private long sumTicks;

    /// <summary>The upper bounds of the buckets, each inclusive, in seconds; above the last there is one more bucket.</summary>
    public static ImmutableArray<double> BoundsSeconds { get; } = [.. BoundsMicros.Select(micros => micros / 1e6)];

    /// <summary>Something begins: give the result to <see cref="Stop"/>.</summary>
    public long Start() => time.GetTimestamp();

    /// <summary>What began at <paramref name="startTimestamp"/> has ended.</summary>
    public void Stop(long startTimestamp) => Record(time.GetElapsedTime(startTimestamp));

    public void Record(TimeSpan took)
    {
        var ticks = Math.Max(0, took.Ticks);
        Interlocked.Increment(ref counts[BucketOf(ticks)]);
        Interlocked.Add(ref sumTicks, ticks);
    }

    /// <summary>What was recorded so far. Taken beside recordings, so the sum may be ahead of the counts by what is just being recorded.</summary>
    public DurationCounts Read()
    {
        var read = ImmutableArray.CreateBuilder<long>(counts.Length);
        for (var at = 0; at < counts.Length; at++)
            read.Add(Interlocked.Read(ref counts[at]));
        return new DurationCounts(read.MoveToImmutable(), TimeSpan.FromTicks(Interlocked.Read(ref sumTicks)).TotalSeconds);
    }

    // Few are slow: the search from below is the short one.
    private static int BucketOf(long ticks)
    {
        var bucket = 0;
        while (bucket < BoundsMicros.Length && ticks > BoundsMicros[bucket] * TimeSpan.TicksPerMicrosecond)
            bucket++;
        return bucket;
    }
}

/// <param name="Counts">How many fell into each bucket of <see cref="DurationHistogram.BoundsSeconds"/>, and last those above all of them.</param>
public sealed record DurationCounts(ImmutableArray<long> Counts, double SumSeconds)
{
    /// <summary>How many there were.</summary>
    public long Count => Counts.Sum();
}
