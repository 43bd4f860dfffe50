namespace Lutra.Bench;

/// <summary>What many repetitions took, in microseconds.</summary>
internal sealed class Sample
{
    private readonly List<double> micros = [];

    public int Count => micros.Count;

    public void Add(TimeSpan elapsed)
    {
        lock (micros)
            micros.Add(elapsed.TotalMicroseconds);
    }

    public double Median => At(0.5);

    public double P99 => At(0.99);

    private double At(double share)
    {
        lock (micros)
        {
            var sorted = micros.Order().ToArray();
            return sorted.Length == 0 ? 0 : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))];
        }
    }
}
