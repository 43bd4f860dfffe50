using Lutra.Node.Peers;

namespace Lutra.Simulation.Network;

/// <summary>One end of a simulated connection.</summary>
internal sealed class SimulatedConnection(NetworkFabric fabric, SimulatedNetwork network, IConnectionHandler handler, string remote) : IConnection
{
    private Pipe? outgoing;
    private Pipe? incoming;
    private bool isOpen;
    private bool isClosed;
    private bool isReading = true;
    private bool isSilent;

    public string Remote => remote;

    public string Host => network.Host;

    /// <summary>This end's machine went down and is up again: it knows nothing of the connection and answers with a reset.</summary>
    public bool WouldReset => isSilent && fabric.MachineOf(network.Host) is { IsPowerless: false };

    public void Join(SimulatedConnection far)
    {
        outgoing = far.incoming = new Pipe(fabric, this, far);
        incoming = far.outgoing = new Pipe(fabric, far, this);
    }

    public void Open(TimeSpan after) => network.Process.After(after, () =>
    {
        if (isClosed)
            return;

        isOpen = true;
        handler.Opened(this);
        incoming!.Deliver();
    });

    public void Send(ReadOnlyMemory<byte> bytes)
    {
        if (!isClosed)
            outgoing!.Send(bytes.Span);
    }

    public void Pause() => isReading = false;

    public void Resume()
    {
        isReading = true;
        fabric.Scheduler.After(TimeSpan.Zero, incoming!.Deliver);
    }

    public void Close()
    {
        if (isClosed)
            return;

        outgoing!.End();
        Finish(CloseReason.Closed, "closed by this end");
    }

    /// <summary>Whether bytes can be handed over now.</summary>
    public bool CanReceive => isOpen && !isClosed && !isSilent && isReading && !network.Process.IsPaused;

    public void Received(ReadOnlySpan<byte> bytes)
    {
        if (!network.Process.IsAlive)
            return;

        fabric.DeliveredBytes += bytes.Length;
        handler.Received(this, bytes);
    }

    public void Sent(int bytes) => network.Process.After(TimeSpan.Zero, () =>
    {
        if (!isClosed)
            handler.Sent(this, bytes);
    });

    /// <summary>The other end closed, and all that it sent was read.</summary>
    public void Ended() => Finish(CloseReason.Ended, "closed by the other end");

    public void Break(string message) => Finish(CloseReason.Failed, message);

    public void ProcessEnded()
    {
        if (isClosed)
            return;

        outgoing!.End();
        isClosed = true;
        incoming!.Close();
    }

    public void PowerLost()
    {
        isSilent = true;
        outgoing!.Close();
    }

    private void Finish(CloseReason reason, string message)
    {
        if (isClosed)
            return;

        isClosed = true;
        incoming!.Close();
        if (reason != CloseReason.Closed)
            outgoing!.Close();
        network.Remove(this);
        network.Process.After(TimeSpan.Zero, () => handler.Closed(this, reason, message));
    }
}
