using System.Buffers.Text;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Lutra.Bench.Load;

/// <summary>
/// One watcher over SSE, on a connection of its own. Sees to it that revisions only grow, and keeps a sum over them in their order, which is the same only for
/// the same revisions.
/// </summary>
internal sealed class EventWatcher : IDisposable
{
    private const int BufferSizeBytes = 4096;

    private readonly Socket socket;
    private readonly string prefix;
    private readonly LagCounts? lags;
    private readonly EventParser parser;
    private readonly TaskCompletionSource began = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long last;
    private long count;
    private ulong sum;
    private long deletes;

    /// <param name="lags">Where each event's time since its value says that it was sent is counted; null: values say nothing of the kind.</param>
    public EventWatcher(string prefix, LagCounts? lags, int receiveBufferBytes = 0)
    {
        this.prefix = prefix;
        this.lags = lags;
        parser = new EventParser(Take);
        socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        if (receiveBufferBytes > 0)
            socket.ReceiveBufferSize = receiveBufferBytes;
    }

    public string Prefix => prefix;

    /// <summary>The first thing that was wrong; null: nothing.</summary>
    public string? Fault { get; private set; }

    public long Count => Interlocked.Read(ref count);

    public ulong Sum => sum;

    public long Deletes => Interlocked.Read(ref deletes);

    /// <summary>The sum for the next revision after <paramref name="sum"/>.</summary>
    public static ulong Add(ulong sum, long revision) => (sum * 1_000_003) + (ulong)revision;

    /// <summary>Asks for the events from now on, and returns when the server has said where that is.</summary>
    public async Task OpenAsync(int port)
    {
        await ConnectAsync(port);
        _ = ReadAsync();
        await began.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>Asks, and reads nothing.</summary>
    public async Task ConnectAsync(int port)
    {
        await socket.ConnectAsync("localhost", port);
        var target = $"/watch?prefix={Uri.EscapeDataString(prefix)}&progress_seconds=3600";
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    }

    public async Task ReadAsync()
    {
        var buffer = new byte[BufferSizeBytes];
        try
        {
            while (Fault is null)
            {
                var read = await socket.ReceiveAsync(buffer);
                if (read == 0)
                    Fail("The server closed the connection.");
                parser.Feed(buffer.AsSpan(0, read));
                if (parser.Refusal is { } refusal)
                    Fail(refusal);
            }
        }
        catch (Exception ended)
        {
            // Whatever it is, whoever counts what this one was told must see why.
            Fail(ended.ToString());
        }
    }

    public void Dispose() => socket.Dispose();

    private void Take(long revision, bool isProgress, ReadOnlySpan<byte> data)
    {
        if (isProgress)
        {
            if (revision < last)
                Fail($"Progress says {revision} after {last}.");
            last = revision;
            began.TrySetResult();
            return;
        }

        if (revision <= last)
            Fail($"Revision {revision} after {last}.");
        last = revision;
        sum = Add(sum, revision);
        if (data.IndexOf("\"type\":\"delete\""u8) >= 0)
            Interlocked.Increment(ref deletes);
        else if (lags is not null)
            CountLag(data);
        Interlocked.Increment(ref count);
    }

    private void CountLag(ReadOnlySpan<byte> data)
    {
        var at = data.IndexOf("\"value\":\""u8);
        if (at >= 0 && Utf8Parser.TryParse(data[(at + 9)..], out long sent, out _))
            lags!.Add(Stopwatch.GetElapsedTime(sent));
        else
            Fail($"No time of sending in revision {last}.");
    }

    private void Fail(string why)
    {
        Fault ??= $"The watcher of {prefix} at revision {last}: {why}";
        began.TrySetResult();
    }
}
