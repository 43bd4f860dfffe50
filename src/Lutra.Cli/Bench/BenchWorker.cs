using Lutra.Client.Grpc;

namespace Lutra.Cli.Bench;

/// <summary>One of those that ask at the same time, each one request after the other.</summary>
/// <param name="channel">Shared with others, as connections are.</param>
internal sealed class BenchWorker(int number, GrpcChannel channel, int valueBytes)
{
    private readonly byte[] value = new byte[valueBytes];

    public int Number => number;

    public GrpcChannel Channel => channel;

    /// <summary>The same numbers in every run: runs are to be compared.</summary>
    public Random Random { get; } = new(number);

    public LatencyHistogram Latencies { get; set; } = new();

    public long Errors { get; set; }

    /// <summary>The last error, in its own words.</summary>
    public string? LastError { get; set; }

    public byte[] NextValue()
    {
        Random.NextBytes(value);
        return value;
    }
}
