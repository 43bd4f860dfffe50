using System.Net.Sockets;
using System.Text;

namespace Lutra.Bench.Load;

/// <summary>One watcher over SSE, on a connection of its own.</summary>
internal sealed class EventWatcher : CountedWatcher, IDisposable
{
    private const int BufferSizeBytes = 4096;

    private readonly Socket socket;
    private readonly string query;
    private readonly EventParser parser;

    /// <param name="query">What is watched: <c>prefix=…</c> or <c>key=…</c>.</param>
    public EventWatcher(string query, LagCounts? lags, int receiveBufferBytes = 0)
        : base($"The watcher of {query}", lags)
    {
        this.query = query;
        parser = new EventParser(TakeMessage);
        socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        if (receiveBufferBytes > 0)
            socket.ReceiveBufferSize = receiveBufferBytes;
    }

    /// <summary>Asks for the events from now on, and returns when the server has said where that is.</summary>
    public async Task OpenAsync(int port)
    {
        await ConnectAsync(port);
        _ = ReadAsync();
        await Began.WaitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>Asks, and reads nothing.</summary>
    public async Task ConnectAsync(int port)
    {
        await socket.ConnectAsync("localhost", port);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /watch?{query}&progress_seconds=3600 HTTP/1.1\r\nHost: localhost\r\n\r\n"));
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

    private void TakeMessage(long revision, bool isProgress, ReadOnlySpan<byte> data)
    {
        if (isProgress)
        {
            Progress(revision);
            return;
        }

        var at = data.IndexOf("\"value\":\""u8);
        Take(revision, data.IndexOf("\"type\":\"delete\""u8) >= 0, at < 0 ? default : data[(at + 9)..]);
    }
}
