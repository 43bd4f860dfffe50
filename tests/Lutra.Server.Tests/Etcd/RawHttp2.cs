using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Lutra.Server.Tests.Etcd;

/// <summary>A connection of HTTP/2 frame by frame (RFC 9113, section 4).</summary>
internal sealed class RawHttp2 : IDisposable
{
    public const byte Headers = 1, Reset = 3, Settings = 4, Ping = 6, GoAway = 7;
    private const int FrameHeaderBytes = 9;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TcpClient tcp;
    private readonly NetworkStream stream;

    private RawHttp2(TcpClient tcp) => (this.tcp, stream) = (tcp, tcp.GetStream());

    /// <summary>Connects, and says that it speaks HTTP/2.</summary>
    public static async Task<RawHttp2> ConnectAsync(string address)
    {
        var tcp = new TcpClient();
        await tcp.ConnectAsync(IPEndPoint.Parse(address));
        var connection = new RawHttp2(tcp);
        await connection.stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        await connection.SendAsync(Settings, 0, 0, []);
        return connection;
    }

    public async Task SendAsync(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[FrameHeaderBytes + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        (frame[3], frame[4]) = (type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, FrameHeaderBytes);
        await this.stream.WriteAsync(frame);
    }

    /// <summary>The next frame of this type; others are passed over. Null: the connection was closed.</summary>
    public async Task<(byte Flags, int Stream, byte[] Payload)?> NextAsync(byte type)
    {
        using var limit = new CancellationTokenSource(Patience);
        var header = new byte[FrameHeaderBytes];
        while (true)
        {
            if (await stream.ReadAtLeastAsync(header, FrameHeaderBytes, throwOnEndOfStream: false, limit.Token) < FrameHeaderBytes)
                return null;
            var payload = new byte[BinaryPrimitives.ReadInt32BigEndian(header) >> 8];
            await stream.ReadExactlyAsync(payload, limit.Token);
            if (header[3] == type)
                return (header[4], BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5)), payload);
        }
    }

    public void Dispose() => tcp.Dispose();
}
