using System.Buffers;
using Lutra.Server.Diagnostics;
using Lutra.Server.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging;

namespace Lutra.Server.Port;

/// <summary>
/// Lets HTTP/1.1 and HTTP/2 share one cleartext address, which Kestrel alone cannot: it looks at a connection's first three bytes, which only the
/// preface of HTTP/2 begins with, and hands such a connection to the in-process endpoint. Three are needed, because of PROPFIND, and are enough.
/// Who comes in the clear to an address of TLS, or with TLS to one in the clear, is told so.
/// </summary>
/// <param name="speaksTls">What follows is TLS, which finds out by itself what is spoken inside.</param>
/// <param name="classifyTimeout">How long a client may keep silent, or not hang up once it was refused; Kestrel's own timeouts begin only after this.</param>
/// <param name="unclassifiedMax">How many silent connections may be open at once.</param>
internal sealed class ProtocolSplitter(
    HandoffTransport http2, bool speaksTls, TimeSpan classifyTimeout, int unclassifiedMax, TimeProvider time, ILogger logger)
{
    private const int PrefaceLength = 3;

    /// <summary>RFC 8446, section 5.1: a handshake, which a connection of TLS begins with. No line of HTTP does.</summary>
    private const byte TlsHandshake = 22;

    private int unclassified;

    private enum Protocol
    {
        Http1,
        Http2,
        Tls,
        Unknown,
    }

    /// <param name="following">Serves HTTP/1.1, or TLS.</param>
    public ConnectionDelegate Use(ConnectionDelegate following) => connection => HandleAsync(following, connection);

    private static ReadOnlySpan<byte> Preface => "PRI"u8;

    private async Task HandleAsync(ConnectionDelegate following, ConnectionContext connection)
    {
        switch (await ClassifyAsync(connection))
        {
            case Protocol.Tls when speaksTls:
                await following(connection);
                break;
            case Protocol.Tls:
                logger.SpokeTlsInTheClear(connection.RemoteEndPoint?.ToString());
                await SayAsync(connection, WrongProtocolAnswer.SpeakClear);
                break;
            case Protocol.Http1 or Protocol.Http2 when speaksTls:
                await SayAsync(connection, WrongProtocolAnswer.SpeakTls);
                break;
            case Protocol.Http1:
                await following(connection);
                break;
            case Protocol.Http2:
                await http2.ServeAsync(connection);
                break;
            default:
                connection.Abort(new ConnectionAbortedException("The client did not say which protocol it speaks."));
                break;
        }
    }

    private async Task SayAsync(ConnectionContext connection, string answer)
    {
        using var timeout = new CancellationTokenSource(classifyTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, Stopping(connection));
        await WrongProtocolAnswer.WriteAsync(connection, answer, either.Token);
    }

    // When the server stops it asks for connections to close; a silent one would otherwise hold it up until the timeout.
    private static CancellationToken Stopping(ConnectionContext connection) =>
        connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;

    private async ValueTask<Protocol> ClassifyAsync(ConnectionContext connection)
    {
        if (connection.Transport.Input.TryRead(out var early) && Decide(connection, early) is { } known)
            return known;
        if (Interlocked.Increment(ref unclassified) > unclassifiedMax)
        {
            Interlocked.Decrement(ref unclassified);
            logger.TooManyUnclassified(connection.RemoteEndPoint?.ToString(), unclassifiedMax);
            return Protocol.Unknown;
        }

        try
        {
            return await WaitAsync(connection);
        }
        finally
        {
            Interlocked.Decrement(ref unclassified);
        }
    }

    private async ValueTask<Protocol> WaitAsync(ConnectionContext connection)
    {
        using var timeout = new CancellationTokenSource(classifyTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, Stopping(connection));
        try
        {
            while (true)
            {
                var read = await connection.Transport.Input.ReadAsync(either.Token);
                if (Decide(connection, read) is { } known)
                    return known;
            }
        }
        catch (OperationCanceledException)
        {
            if (timeout.IsCancellationRequested)
                logger.ProtocolNotSaid(connection.RemoteEndPoint?.ToString(), classifyTimeout.TotalSeconds);
            return Protocol.Unknown;
        }
        catch (Exception broken) when (broken is IOException or ConnectionAbortedException)
        {
            return Protocol.Unknown;
        }
    }

    // Leaves every byte in the pipe, for the one who serves the connection. Null: more bytes are needed.
    private static Protocol? Decide(ConnectionContext connection, System.IO.Pipelines.ReadResult read)
    {
        Span<byte> first = stackalloc byte[PrefaceLength];
        var length = (int)Math.Min(PrefaceLength, read.Buffer.Length);
        read.Buffer.Slice(0, length).CopyTo(first);
        Protocol? known =
            length > 0 && first[0] == TlsHandshake ? Protocol.Tls
            : !Preface.StartsWith(first[..length]) ? Protocol.Http1
            : length == PrefaceLength ? Protocol.Http2
            : read.IsCompleted ? Protocol.Unknown
            : null;
        connection.Transport.Input.AdvanceTo(read.Buffer.Start, known is null ? read.Buffer.End : read.Buffer.Start);
        return known;
    }
}
