using System.Net;
using System.Net.Sockets;

namespace Lutra.Cli.Dev.Wires;

/// <summary>The way of a node's peers to it: connections to one port of this machine are passed on to another, as long as they may.</summary>
internal sealed class DevWire : IDisposable
{
    /// <summary>The most connections at once: far more than nine nodes make. Beyond it none is accepted.</summary>
    private const int ConnectionsMax = 256;
    private const int PieceBytes = 64 * 1024;

    private readonly Lock gate = new();
    private readonly List<TcpListener> listeners = [];
    private readonly Dictionary<TcpClient, int?> open = [];
    private readonly int target;
    private readonly Func<int?, bool> mayPass;
    private readonly Func<int, int?> numberOf;

    /// <param name="port">Where peers connect to.</param>
    /// <param name="target">The port that connections go on to.</param>
    /// <param name="mayPass">Whether a node gets through now; null: one that has not said who it is.</param>
    /// <param name="numberOf">The node whose port for peers this is; null where there is none.</param>
    /// <exception cref="IOException">The port is in use.</exception>
    public DevWire(int port, int target, Func<int?, bool> mayPass, Func<int, int?> numberOf)
    {
        this.target = target;
        this.mayPass = mayPass;
        this.numberOf = numberOf;
        Port = port;
        foreach (var loopback in (IPAddress[])[IPAddress.Loopback, IPAddress.IPv6Loopback])
            Listen(loopback);
    }

    public int Port { get; }

    /// <summary>Closes what may not pass any more.</summary>
    public void Check()
    {
        lock (gate)
        {
            foreach (var (connection, from) in open)
            {
                if (!mayPass(from))
                    connection.Close();
            }
        }
    }

    public void Dispose()
    {
        foreach (var listener in listeners)
            listener.Dispose();
        lock (gate)
        {
            foreach (var connection in open.Keys)
                connection.Close();
        }
    }

    private void Listen(IPAddress loopback)
    {
        var listener = new TcpListener(loopback, Port);
        try
        {
            listener.Start();
        }
        catch (SocketException fault) when (fault.SocketErrorCode is SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable && loopback == IPAddress.IPv6Loopback)
        {
            listener.Dispose();
            return;
        }
        catch (SocketException fault)
        {
            listener.Dispose();
            throw new IOException($"Port {Port} cannot be used: {fault.Message}.", fault);
        }

        listeners.Add(listener);
        _ = AcceptAsync(listener);
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
                _ = PassAsync(await listener.AcceptTcpClientAsync());
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Disposed: a listener that fails takes its wire with it, and its node is cut off.
        }
    }

    private async Task PassAsync(TcpClient from)
    {
        using var to = new TcpClient();
        try
        {
            if (!Keep(from, null))
                return;
            await to.ConnectAsync(IPAddress.Loopback, target);
            from.NoDelay = to.NoDelay = true;
            await Task.WhenAny(PassOnAsync(from, to), to.GetStream().CopyToAsync(from.GetStream()));
        }
        catch (Exception fault) when (fault is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut, or one side hung up.
        }
        finally
        {
            lock (gate)
                open.Remove(from);
            from.Dispose();
        }
    }

    /// <summary>Passes on what the dialler sends, and stops where it turns out to be one that may not pass.</summary>
    private async Task PassOnAsync(TcpClient from, TcpClient to)
    {
        var greeting = new Greeting(numberOf);
        var piece = new byte[PieceBytes];
        int count;
        while ((count = await from.GetStream().ReadAsync(piece)) > 0)
        {
            if (greeting.Hear(piece.AsSpan(0, count)) is { } number && !Keep(from, number))
                return;
            await to.GetStream().WriteAsync(piece.AsMemory(0, count));
        }
    }

    private bool Keep(TcpClient connection, int? number)
    {
        lock (gate)
        {
            if (open.Count >= ConnectionsMax && !open.ContainsKey(connection))
                return false;
            open[connection] = number;
            return mayPass(number);
        }
    }
}
