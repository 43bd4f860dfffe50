using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Lutra.Bench.Load;

/// <summary>
/// Puts at a fixed pace over some connections. Each is counted from the moment when it was due, not from when it could be sent: a server that stalls is not asked
/// less, and cannot hide it.
/// </summary>
internal sealed class PacedPuts(IReadOnlyList<int> ports, int connections, TimeSpan every, Func<int, int, (string Target, byte[] Value)> next)
{
    private long failed;

    /// <summary>What was acknowledged since it was last set, counted from when it was due.</summary>
    public Sample Latency { get; set; } = new();

    public long Failed => Interlocked.Read(ref failed);

    /// <summary>Called with each put's target and the revision that it made.</summary>
    public Action<string, long>? Done { get; init; }

    /// <summary>A value that says when it was sent.</summary>
    public static byte[] Now(int sizeBytes = 0) =>
        Encoding.ASCII.GetBytes(Stopwatch.GetTimestamp().ToString(CultureInfo.InvariantCulture).PadRight(sizeBytes, '.'));

    /// <summary>A thread for each connection: what else this process reads meanwhile does not delay when a put is sent, or when its answer is seen.</summary>
    public Task RunAsync(CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, connections).Select(
        number => Task.Factory.StartNew(() => Run(number, stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

    private void Run(int number, CancellationToken stop)
    {
        using var connection = HttpConnection.Open(ports[number % ports.Count]);
        var began = Stopwatch.GetTimestamp();

        // The connections take turns, rather than all at one moment.
        var first = every * number / connections;
        for (var at = 0; !stop.IsCancellationRequested; at++)
        {
            var due = first + (every * at);
            if (due - Stopwatch.GetElapsedTime(began) is { Ticks: > 0 } early && stop.WaitHandle.WaitOne(early))
                return;
            var (target, value) = next(number, at);
            var answer = connection.Send("PUT", target, value);
            if (answer.Status == 200)
            {
                Latency.Add(Stopwatch.GetElapsedTime(began) - due);
                Done?.Invoke(target, answer.Number("revision"));
            }
            else
            {
                Interlocked.Increment(ref failed);
            }
        }
    }
}
