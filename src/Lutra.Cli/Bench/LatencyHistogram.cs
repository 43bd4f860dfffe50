using System.Numerics;

namespace Lutra.Cli.Bench;

/// <summary>
/// Latencies of one worker, in buckets whose width is at most 1/64 of what is in them, as in HDR histograms: percentiles are right within 1.6%, whatever their size.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int PreciseBits = 6;
    private const int Precise = 1 << PreciseBits;
    private readonly long[] counts = new long[(64 - PreciseBits) * Precise];

    public long Count { get; private set; }

    public long MaxMicros { get; private set; }

    public void Add(TimeSpan latency)
    {
        var micros = Math.Max(0, (long)latency.TotalMicroseconds);
        counts[BucketOf(micros)]++;
        Count++;
        MaxMicros = Math.Max(MaxMicros, micros);
    }

    public void Add(LatencyHistogram other)
    {
        for (var bucket = 0; bucket < counts.Length; bucket++)
            counts[bucket] += other.counts[bucket];
        Count += other.Count;
        MaxMicros = Math.Max(MaxMicros, other.MaxMicros);
    }

    /// <summary>In microseconds, the upper end of the bucket that holds it; 0 where nothing was counted.</summary>
    /// <param name="share">From 0 to 1.</param>
    public long Percentile(double share)
    {
        var rank = (long)Math.Ceiling(share * Count);
        for (int bucket = 0; bucket < counts.Length; bucket++)
        {
            rank -= counts[bucket];
            if (rank <= 0 && counts[bucket] > 0)
                return Math.Min(UpperEndOf(bucket), MaxMicros);
        }

        return MaxMicros;
    }

    // Up to 64 each value has a bucket; from there each doubling has 64.
    private static int BucketOf(long micros)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)micros | 1) - PreciseBits);
        return (shift * Precise) + (int)(micros >> shift);
    }

    private static long UpperEndOf(int bucket)
    {
        var shift = Math.Max(0, (bucket / Precise) - 1);
        return ((bucket - (shift * Precise) + 1L) << shift) - 1;
    }
}
