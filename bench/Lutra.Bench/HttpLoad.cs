using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Lutra.Bench;

/// <summary>
/// Many connections, one request at a time on each, over bare sockets: the same bytes and the same work for whoever is measured. Knows just enough of HTTP/1.1 to
/// find the end of an answer.
/// </summary>
internal static class HttpLoad
{
    public static async Task<(double PerSecond, Sample Latency, int Failed)> PutAsync(IReadOnlyList<int> ports, int connections, byte[] body, TimeSpan duration)
    {
        var sample = new Sample();
        var failed = 0;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(number => Task.Run(async () =>
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync("localhost", ports[number % ports.Count]);
            var answer = new byte[16 * 1024];
            for (var at = 0; Stopwatch.GetElapsedTime(started) < duration; at++)
            {
                var request = Encoding.ASCII.GetBytes(
                    $"PUT /key/bench%2F{number}%2F{at % 1000} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nContent-Length: {body.Length}\r\n\r\n");
                var before = Stopwatch.GetTimestamp();
                await socket.SendAsync(new ArraySegment<byte>[] { new(request), new(body) });
                if (await ReadAnswerAsync(socket, answer))
                    sample.Add(Stopwatch.GetElapsedTime(before));
                else
                    Interlocked.Increment(ref failed);
            }
        })));
        return (sample.Count / Stopwatch.GetElapsedTime(started).TotalSeconds, sample, failed);
    }

    /// <summary>True for an answer of 200.</summary>
    private static async Task<bool> ReadAnswerAsync(Socket socket, byte[] buffer)
    {
        var have = 0;
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(have));
            if (read == 0)
                throw new IOException("The server closed the connection.");
            have += read;
            if (EndOf(buffer.AsSpan(0, have)) is { } end && have >= end)
                return buffer.AsSpan(0, have).StartsWith("HTTP/1.1 200"u8);
        }
    }

    private static int? EndOf(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0)
            return null;
        var text = Encoding.ASCII.GetString(answer[..head]);
        var length = text.IndexOf("Content-Length:", StringComparison.OrdinalIgnoreCase);
        if (length < 0)
        {
            // Chunked: these answers are small and end with the empty chunk.
            return answer.EndsWith("0\r\n\r\n"u8) ? answer.Length : null;
        }

        var line = text[(length + "Content-Length:".Length)..].Split('\r')[0];
        return head + 4 + int.Parse(line, System.Globalization.CultureInfo.InvariantCulture);
    }
}
