using System.Numerics;

namespace Lutra.Bench.Load;

/// <summary>How long millions of things took, counted in four steps a doubling: what is said of them is at most a quarter too much.</summary>
internal sealed class LagCounts
{
    private const int PerDoubling = 4;

    private readonly long[] counts = new long[64 * PerDoubling];

    public void Add(TimeSpan lag)
    {
        var micros = (ulong)Math.Max(1, lag.TotalMicroseconds);
        var doubling = BitOperations.Log2(micros);
        var within = doubling < 2 ? 0 : (int)((micros >> (doubling - 2)) & (PerDoubling - 1));
        Interlocked.Increment(ref counts[(doubling * PerDoubling) + within]);
    }

    public void Clear() => Array.Clear(counts);

    /// <summary>At most this much, in milliseconds, for that share of them.</summary>
    public double Millis(double share)
    {
        var wanted = (long)(counts.Sum() * share);
        for (var at = 0; at < counts.Length; at++)
        {
            wanted -= counts[at];
            if (wanted < 0)
                return Math.Pow(2, at / PerDoubling) * (1 + (((at % PerDoubling) + 1) / (double)PerDoubling)) / 1000;
        }

        return 0;
    }
}
