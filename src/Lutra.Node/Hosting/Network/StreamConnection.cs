using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using Lutra.Node.Peers;

namespace Lutra.Node.Hosting.Network;

/// <summary>
/// A peer connection over any duplex stream: a socket, TLS, or what a web server has upgraded. One task reads; writing goes on where
/// <see cref="Send"/> was called for as long as the stream takes bytes without a wait.
/// </summary>
[SuppressMessage(
    "Reliability", "CA1001", Justification = "A token source without timer or link holds nothing to dispose of, and Close may come at any time.")]
internal sealed class StreamConnection(Stream stream, string remote, IConnectionHandler handler) : IConnection
{
    private const int ReadBytes = 64 * 1024;

    private readonly Lock gate = new();
    private readonly CancellationTokenSource closing = new();
    private readonly Queue<ReadOnlyMemory<byte>> unsent = new();
    private bool isWriting;
    private TaskCompletionSource? writerEnded;
    private bool isClosed;
    private TaskCompletionSource? resumed;
    private Exception? writeFault;

    public string Remote => remote;

    public void Send(ReadOnlyMemory<byte> bytes)
    {
        lock (gate)
        {
            if (isClosed)
                return;

            unsent.Enqueue(bytes);
            if (isWriting)
                return;

            isWriting = true;
        }

        WriteAll();
    }

    public void Pause()
    {
        lock (gate)
            resumed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Resume()
    {
        TaskCompletionSource? waiting;
        lock (gate)
        {
            waiting = resumed;
            resumed = null;
        }

        waiting?.TrySetResult();
    }

    public void Close()
    {
        lock (gate)
        {
            if (isClosed)
                return;

            isClosed = true;
            unsent.Clear();
        }

        // Not inline: whatever hangs on the token would run on the caller, which is the node's loop.
        _ = closing.CancelAsync();
    }

    /// <summary>Carries the connection from its opening to its end, which it reports; then the stream is closed.</summary>
    /// <param name="first">What the other end has sent already.</param>
    public async Task RunAsync(ReadOnlyMemory<byte> first)
    {
        handler.Opened(this);
        if (!first.IsEmpty)
            handler.Received(this, first.Span);
        var (reason, message) = await ReadAllAsync();
        bool closedHere;
        Task writing;
        lock (gate)
        {
            closedHere = isClosed && writeFault is null;
            isClosed = true;
            writerEnded = isWriting ? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) : null;
            writing = writerEnded?.Task ?? Task.CompletedTask;
        }

        await closing.CancelAsync();
        await writing;
        await stream.DisposeAsync();
        if (closedHere)
            (reason, message) = (CloseReason.Closed, "closed by this end");
        else if (writeFault is not null)
            (reason, message) = (CloseReason.Failed, writeFault.Message);
        handler.Closed(this, reason, message);
    }

    private async Task<(CloseReason Reason, string Message)> ReadAllAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ReadBytes);
        try
        {
            while (true)
            {
                if (WaitForResume() is { } waiting)
                    await waiting.WaitAsync(closing.Token);
                var count = await stream.ReadAsync(buffer, closing.Token);
                if (count == 0)
                    return (CloseReason.Ended, "closed by the other end");

                handler.Received(this, buffer.AsSpan(0, count));
            }
        }
        catch (Exception fault) when (IsEndOfStream(fault))
        {
            return (CloseReason.Failed, fault.Message);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>An exception that no part of this expects leaves on a thread of the pool and so ends the process (pitfall X05).</summary>
    private async void WriteAll()
    {
        while (TakeUnsent() is { } bytes)
        {
            try
            {
                await stream.WriteAsync(bytes, closing.Token);
                await stream.FlushAsync(closing.Token);
            }
            catch (Exception fault) when (IsEndOfStream(fault))
            {
                StopWriting(fault);
                return;
            }

            handler.Sent(this, bytes.Length);
        }
    }

    private ReadOnlyMemory<byte>? TakeUnsent()
    {
        lock (gate)
        {
            if (unsent.TryDequeue(out var bytes))
                return bytes;

            WriterEnds();
            return null;
        }
    }

    private void StopWriting(Exception fault)
    {
        lock (gate)
        {
            if (!isClosed)
                writeFault = fault;
            isClosed = true;
            unsent.Clear();
            WriterEnds();
        }

        _ = closing.CancelAsync();
    }

    /// <summary>Under the gate.</summary>
    private void WriterEnds()
    {
        isWriting = false;
        writerEnded?.TrySetResult();
    }

    private Task? WaitForResume()
    {
        lock (gate)
            return resumed?.Task;
    }

    /// <summary>How streams of all kinds say that the connection is over; anything else is a bug and ends the process (pitfall X05).</summary>
    private static bool IsEndOfStream(Exception fault) =>
        fault is IOException or SocketException or OperationCanceledException or ObjectDisposedException;
}
