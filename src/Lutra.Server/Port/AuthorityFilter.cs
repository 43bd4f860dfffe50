using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Lutra.Server.Port;

/// <summary>
/// The bytes of an HTTP/2 connection on their way to Kestrel, with <see cref="AuthorityRewriter"/> over every block of headers. Frames pass through where they lie; a
/// HEADERS frame is held back until it is whole, which takes at most the size of a frame. Bytes that are no HTTP/2 pass unchanged.
/// </summary>
internal sealed class AuthorityFilter(PipeReader source) : PipeReader
{
    private const int PrefaceBytes = 24;
    private const int FrameHeaderBytes = 9;
    private const int PriorityBytes = 5;
    private const byte HeadersType = 1;
    private const byte PaddedFlag = 0x08;
    private const byte PriorityFlag = 0x20;

    // Kestrel refuses longer ones.
    private const int FrameBytesMax = 16 * 1024;

    private ReadOnlySequence<byte> shown;

    // Bytes at the start of what is at hand that were looked at, and bytes after those that need not be.
    private long looked;
    private long unlooked = PrefaceBytes;

    /// <summary>The connection with its incoming bytes filtered.</summary>
    public static IDuplexPipe Over(IDuplexPipe connection) => new Filtered(new AuthorityFilter(connection.Input), connection.Output);

    /// <summary>A middleware behind TLS, where the handshake has said which protocol is spoken.</summary>
    public static ConnectionDelegate UseWithTls(ConnectionDelegate next) => connection =>
    {
        if (connection.Features.Get<ITlsApplicationProtocolFeature>()?.ApplicationProtocol.Span.SequenceEqual("h2"u8) == true)
            connection.Transport = Over(connection.Transport);
        return next(connection);
    };

    public override bool TryRead(out ReadResult result)
    {
        if (!source.TryRead(out result))
            return false;
        if (TryShow(ref result))
            return true;
        source.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        result = default;
        return false;
    }

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var result = await source.ReadAsync(cancellationToken);
            if (TryShow(ref result))
                return result;
            source.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        looked -= shown.Slice(0, consumed).Length;
        shown = default;
        source.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => source.CancelPendingRead();

    public override void Complete(Exception? exception = null) => source.Complete(exception);

    private bool TryShow(ref ReadResult result)
    {
        Look(result.Buffer);
        if (looked == 0 && !result.IsCompleted && !result.IsCanceled)
            return false;

        // At its end a connection may break off within a frame: Kestrel sees that, too.
        shown = result.IsCompleted ? result.Buffer : result.Buffer.Slice(0, looked);
        if (result.IsCompleted)
            looked = shown.Length;
        result = new ReadResult(shown, result.IsCanceled, result.IsCompleted);
        return true;
    }

    private void Look(in ReadOnlySequence<byte> buffer)
    {
        Span<byte> header = stackalloc byte[FrameHeaderBytes];
        while (true)
        {
            var passed = Math.Min(unlooked, buffer.Length - looked);
            looked += passed;
            unlooked -= passed;
            if (buffer.Length - looked < FrameHeaderBytes || unlooked > 0)
                return;
            buffer.Slice(looked, FrameHeaderBytes).CopyTo(header);
            var length = (int)(BinaryPrimitives.ReadUInt32BigEndian(header) >> 8);
            unlooked = FrameHeaderBytes + length;
            if (header[3] != HeadersType || length > FrameBytesMax)
                continue;
            if (buffer.Length - looked < unlooked)
            {
                unlooked = 0;
                return;
            }

            LookIntoHeaders(buffer.Slice(looked + FrameHeaderBytes, length), header[4]);
        }
    }

    private static void LookIntoHeaders(in ReadOnlySequence<byte> payload, byte flags)
    {
        var before = (flags & PriorityFlag) != 0 ? PriorityBytes : 0;
        var padding = 0;
        if ((flags & PaddedFlag) != 0)
        {
            if (payload.IsEmpty)
                return;
            before++;
            padding = payload.FirstSpan[0];
        }

        if (before + padding > payload.Length)
            return;
        var block = payload.Slice(before, payload.Length - before - padding);
        if (block.IsSingleSegment)
        {
            // Whoever reads a pipe has its buffer to himself until he gives it back.
            AuthorityRewriter.Rewrite(MemoryMarshal.AsMemory(block.First).Span);
            return;
        }

        var whole = block.ToArray();
        if (!AuthorityRewriter.Rewrite(whole))
            return;
        var at = 0;
        foreach (var piece in block)
        {
            whole.AsSpan(at, piece.Length).CopyTo(MemoryMarshal.AsMemory(piece).Span);
            at += piece.Length;
        }
    }

    private sealed record Filtered(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
