using System.Buffers;
using System.Buffers.Binary;

namespace Lutra.Bench.Load.Grpc;

/// <summary>One call that goes on: puts the messages together that come in pieces, and lets the server send on as they come, or does not.</summary>
internal abstract class GrpcCall
{
    /// <summary>u8 whether compressed, u32 length, big-endian.</summary>
    public const int PrefixBytes = 5;

    private const int GrantBytes = 32 * 1024;

    private readonly ArrayBufferWriter<byte> part = new(1);
    private int heldBytes;
    private bool isHeld;

    public int Stream { get; set; }

    /// <summary>The server may send what fits into the window, and no more: a reader that has stopped.</summary>
    public void Hold() => Volatile.Write(ref isHeld, true);

    /// <summary>It reads on.</summary>
    public void Release(Http2Connection connection)
    {
        Volatile.Write(ref isHeld, false);
        Grant(connection, atLeast: 1);
    }

    public abstract void Fail(string why);

    /// <summary>A piece of the answer. The connection's thread only.</summary>
    public void Feed(ReadOnlySpan<byte> piece, Http2Connection connection)
    {
        Interlocked.Add(ref heldBytes, piece.Length);
        if (!Volatile.Read(ref isHeld))
            Grant(connection, GrantBytes);
        if (part.WrittenCount > 0)
        {
            part.Write(piece);
            piece = part.WrittenSpan;
        }

        var rest = piece;
        while (rest.Length >= PrefixBytes && rest.Length - PrefixBytes >= BinaryPrimitives.ReadInt32BigEndian(rest[1..]))
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(rest[1..]);
            Take(rest.Slice(PrefixBytes, length));
            rest = rest[(PrefixBytes + length)..];
        }

        if (rest.Length == piece.Length && part.WrittenCount > 0)
            return;
        var left = rest.ToArray();
        part.ResetWrittenCount();
        part.Write(left);
    }

    protected abstract void Take(ReadOnlySpan<byte> message);

    private void Grant(Http2Connection connection, int atLeast)
    {
        if (Volatile.Read(ref heldBytes) >= atLeast && Interlocked.Exchange(ref heldBytes, 0) is > 0 and var bytes)
            connection.SendWindow(Stream, bytes);
    }
}
