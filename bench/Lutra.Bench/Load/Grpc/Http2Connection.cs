using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Lutra.Bench.Load.Grpc;

/// <summary>
/// One connection of HTTP/2 (RFC 9113) with any number of calls on it, over a bare socket and a thread of its own: costs the machine as little as can be, so that what
/// is measured is the server. Knows just enough for gRPC: heads of answers are not read, an answer that ends is a fault.
/// </summary>
internal sealed class Http2Connection : IDisposable
{
    private const byte Data = 0, Headers = 1, Reset = 3, Settings = 4, Ping = 6, GoAway = 7, WindowUpdate = 8;
    private const byte EndStream = 1, Ack = 1, EndHeaders = 4;
    private const int FrameHeaderBytes = 9;
    private const int WindowBytes = 65_535;
    private const int ReceiveBytes = 256 * 1024;

    private readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly Lock sending = new();
    private readonly Lock gate = new();
    private readonly Dictionary<int, GrpcCall> calls = [];
    private readonly byte[] head;
    private readonly Thread reader;
    private int nextStream = 1;

    // What the server takes of this connection before it has said more; of one call no more than a few hundred bytes are ever sent.
    private readonly Window sendWindow = new();
    private int unackedBytes;

    private Http2Connection(int port, string path, int receiveBufferBytes)
    {
        if (receiveBufferBytes > 0)
            socket.ReceiveBufferSize = receiveBufferBytes;
        socket.Connect("localhost", port);
        head = Head(port, path);
        reader = new Thread(Read) { IsBackground = true, Name = "reader" };
        Span<byte> noPush = [0, 2, 0, 0, 0, 0];
        socket.Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        Send(Settings, 0, 0, noPush);
        SendWindow(0, int.MaxValue - WindowBytes);
    }

    /// <summary>Connects, and reads only once <see cref="StartReading"/> is called.</summary>
    /// <param name="path">The method that all its calls are of.</param>
    /// <param name="receiveBufferBytes">What the system takes in for it, 0: as it likes.</param>
    public static Http2Connection Connect(int port, string path, int receiveBufferBytes = 0) => new(port, path, receiveBufferBytes);

    public void StartReading() => reader.Start();

    /// <summary>A call begins, and stays open.</summary>
    public void Open(GrpcCall call)
    {
        lock (sending)
        {
            call.Stream = nextStream;
            nextStream += 2;
            lock (gate)
                calls.Add(call.Stream, call);
            Send(Headers, EndHeaders, call.Stream, head);
        }
    }

    public void SendMessage(GrpcCall call, ReadOnlySpan<byte> message)
    {
        var size = GrpcCall.PrefixBytes + message.Length;
        lock (sendWindow)
        {
            while (sendWindow.Bytes < size)
            {
                if (!Monitor.Wait(sendWindow, TimeSpan.FromMinutes(1)))
                    throw new InvalidOperationException("The server takes nothing more on a connection.");
            }

            sendWindow.Bytes -= size;
        }

        Span<byte> body = new byte[size];
        BinaryPrimitives.WriteInt32BigEndian(body[1..], message.Length);
        message.CopyTo(body[GrpcCall.PrefixBytes..]);
        Send(Data, 0, call.Stream, body);
    }

    /// <summary>The server may send so many bytes more.</summary>
    public void SendWindow(int stream, int bytes)
    {
        Span<byte> payload = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(payload, bytes);
        Send(WindowUpdate, 0, stream, payload);
    }

    public void Dispose() => socket.Dispose();

    private static byte[] Head(int port, string path)
    {
        // Every field literally and without a place in the table (RFC 7541, section 6.2.2).
        var block = new MemoryStream();
        foreach (var (name, value) in new[]
        {
            (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", $"localhost:{port}"), ("content-type", "application/grpc"), ("te", "trailers"),
        })
        {
            block.WriteByte(0);
            foreach (var text in (string[])[name, value])
            {
                block.WriteByte((byte)text.Length);
                block.Write(Encoding.ASCII.GetBytes(text));
            }
        }

        return block.ToArray();
    }

    private void Send(byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        Span<byte> frame = stackalloc byte[FrameHeaderBytes + 512];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        (frame[3], frame[4]) = (type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame[5..], stream);
        payload.CopyTo(frame[FrameHeaderBytes..]);
        var left = (ReadOnlySpan<byte>)frame[..(FrameHeaderBytes + payload.Length)];
        lock (sending)
        {
            while (!left.IsEmpty)
                left = left[socket.Send(left)..];
        }
    }

    private void Read()
    {
        var buffer = new byte[ReceiveBytes];
        var have = 0;
        try
        {
            while (true)
            {
                have += socket.Receive(buffer.AsSpan(have)) is > 0 and var read ? read : throw new IOException("The server closed the connection.");
                var rest = (ReadOnlySpan<byte>)buffer.AsSpan(0, have);
                while (rest.Length >= FrameHeaderBytes && rest.Length - FrameHeaderBytes >= BinaryPrimitives.ReadInt32BigEndian(rest) >>> 8)
                {
                    var length = BinaryPrimitives.ReadInt32BigEndian(rest) >>> 8;
                    Take(rest[3], rest[4], BinaryPrimitives.ReadInt32BigEndian(rest[5..]), rest.Slice(FrameHeaderBytes, length));
                    rest = rest[(FrameHeaderBytes + length)..];
                }

                rest.CopyTo(buffer);
                have = rest.Length;
            }
        }
        catch (Exception ended)
        {
            // Whatever it is, whoever counts what its watchers were told must see why.
            lock (gate)
            {
                foreach (var call in calls.Values)
                    call.Fail(ended.ToString());
            }
        }
    }

    private void Take(byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        switch (type)
        {
            case Data:
                unackedBytes += payload.Length;
                if (unackedBytes > WindowBytes * 64)
                {
                    SendWindow(0, unackedBytes);
                    unackedBytes = 0;
                }

                CallOf(stream).Feed(payload, this);
                break;
            case Headers when (flags & EndStream) != 0:
                CallOf(stream).Fail($"The call ended: {Encoding.Latin1.GetString(payload)}");
                break;
            case Reset:
                CallOf(stream).Fail($"The call was reset with {BinaryPrimitives.ReadInt32BigEndian(payload)}.");
                break;
            case Settings when (flags & Ack) == 0:
                Send(Settings, Ack, 0, []);
                break;
            case Ping when (flags & Ack) == 0:
                Send(Ping, Ack, 0, payload);
                break;
            case WindowUpdate when stream == 0:
                lock (sendWindow)
                {
                    sendWindow.Bytes += BinaryPrimitives.ReadInt32BigEndian(payload);
                    Monitor.PulseAll(sendWindow);
                }

                break;
            case GoAway:
                throw new IOException($"The server sends away with {BinaryPrimitives.ReadInt32BigEndian(payload[4..])}: {Encoding.Latin1.GetString(payload[8..])}");
        }
    }

    private GrpcCall CallOf(int stream)
    {
        lock (gate)
            return calls[stream];
    }

    private sealed class Window
    {
        public long Bytes { get; set; } = WindowBytes;
    }
}
