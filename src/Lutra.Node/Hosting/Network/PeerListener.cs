using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Lutra.Tls;

namespace Lutra.Node.Hosting.Network;

/// <summary>
/// A listener that knows one request, the one that opens a peer connection, and answers anything else with 404. For nodes without a web
/// server, and for peers on an address of their own. Who has not asked within the time and size of <see cref="UpgradeHandshake"/> is hung up on.
/// </summary>
internal sealed class PeerListener : IDisposable
{
    /// <summary>Connections that have not asked for anything yet; where one more comes, the oldest of them goes: a real peer asks at once.</summary>
    private const int UnclassifiedMax = 64;

    private readonly Func<Stream, string, PeerProof, Task> accept;
    private readonly PeerTls? tls;
    private readonly Action<string> refused;
    private readonly CancellationTokenSource stopping = new();
    private readonly List<Socket> sockets = [];
    private readonly Lock gate = new();
    private readonly LinkedList<Socket> unclassified = new();
    private string? lastRefusal;

    private PeerListener(Func<Stream, string, PeerProof, Task> accept, PeerTls? tls, Action<string> refused) =>
        (this.accept, this.tls, this.refused) = (accept, tls, refused);

    /// <summary>The port that was bound: tells which one 0 became.</summary>
    public int Port { get; private set; }

    /// <summary>Binds, and accepts from then on.</summary>
    /// <param name="address">host:port; "localhost" is both loopback addresses, 0.0.0.0 and [::] are all.</param>
    /// <param name="accept">
    /// Takes a stream on which frames follow, who is at its other end, for messages, and what that proved. The connection is closed once the task ends.
    /// </param>
    /// <param name="tls">Null: in the clear.</param>
    /// <param name="refused">Told, in a line, who did not get through TLS.</param>
    /// <exception cref="PeerListenException">The address cannot be bound.</exception>
    /// <exception cref="FormatException">It is none.</exception>
    public static PeerListener Start(string address, Func<Stream, string, PeerProof, Task> accept, PeerTls? tls, Action<string> refused)
    {
        var listener = new PeerListener(accept, tls, refused);
        try
        {
            listener.Bind(HostAndPort.Parse(address));
        }
        catch (SocketException fault)
        {
            listener.Dispose();
            throw new PeerListenException(address, fault);
        }

        foreach (var socket in listener.sockets)
            listener.RunAccepting(socket);
        return listener;
    }

    public void Dispose()
    {
        stopping.Cancel();
        foreach (var socket in sockets)
            socket.Dispose();
        lock (gate)
        {
            foreach (var socket in unclassified)
                socket.Dispose();
        }
    }

    private void Bind(HostAndPort address)
    {
        Port = address.Port;
        if (address.Host == "localhost")
        {
            Bind(IPAddress.Loopback);
            if (Socket.OSSupportsIPv6)
                BindWhereItExists(IPAddress.IPv6Loopback);
        }
        else if (IPAddress.TryParse(address.Host, out var literal))
            Bind(literal);
        else
            Bind(Dns.GetHostAddresses(address.Host)[0]);
    }

    private void BindWhereItExists(IPAddress ip)
    {
        try
        {
            Bind(ip);
        }
        catch (SocketException fault) when (fault.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported)
        {
            // Containers often have no IPv6; the other loopback address is bound.
        }
    }

    private void Bind(IPAddress ip)
    {
        var socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        sockets.Add(socket);
        if (ip.Equals(IPAddress.IPv6Any))
            socket.DualMode = true;
        socket.Bind(new IPEndPoint(ip, Port));
        socket.Listen();
        Port = ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>An exception that no part of this expects leaves on a thread of the pool and so ends the process (pitfall X05).</summary>
    private async void RunAccepting(Socket listening)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                RunServing(await listening.AcceptAsync(stopping.Token));
            }
            catch (Exception fault) when (fault is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // One connection that broke before it was taken, or too many open files: the next may do better, but not at once.
                await Task.Delay(TimeSpan.FromMilliseconds(10), CancellationToken.None);
            }
        }
    }

    private async void RunServing(Socket socket)
    {
        var place = Enter(socket);
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            PeerSockets.Configure(socket);
            var remote = socket.RemoteEndPoint?.ToString() ?? "?";
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
            deadline.CancelAfter(UpgradeHandshake.Timeout);
            var proof = PeerProof.Anybody;
            if (tls is not null)
            {
                var secured = new SslStream(stream, leaveInnerStreamOpen: false);
                stream = secured;
                proof = await SecureAsync(secured, tls, remote, deadline.Token);
            }

            var isPeer = proof is { Fault: null } && await ClassifyAsync(stream, deadline.Token);
            Leave(place);
            if (isPeer)
                await accept(stream, remote, proof!);
        }
        catch (Exception fault) when (fault is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It hung up, was too slow, or made room for another: nothing was promised to it.
            Leave(place);
        }
        finally
        {
            await stream.DisposeAsync();
        }
    }

    /// <returns>What the other end proved; null where it does not speak TLS as it has to.</returns>
    private async Task<PeerProof?> SecureAsync(SslStream stream, PeerTls tls, string remote, CancellationToken cancellationToken)
    {
        PeerProof? proof = null;
        try
        {
            await stream.AuthenticateAsServerAsync(tls.Answer(judged => proof = judged), cancellationToken);
            return proof;
        }
        catch (Exception fault) when (fault is System.Security.Authentication.AuthenticationException or IOException)
        {
            Refuse($"Refused a peer at {remote[..remote.LastIndexOf(':')]}: {proof?.Fault?.TrimEnd('.') ?? $"it does not speak TLS as peers do ({fault.Message.TrimEnd('.')})"}.");
            return null;
        }
    }

    /// <summary>Who tries again and again is told of once.</summary>
    private void Refuse(string line)
    {
        if (Interlocked.Exchange(ref lastRefusal, line) != line)
            refused(line);
    }

    private static async Task<bool> ClassifyAsync(Stream stream, CancellationToken cancellationToken)
    {
        // Nothing may follow the request: a peer waits for the answer.
        var isPeer = await UpgradeHandshake.ReadHeadAsync(stream, cancellationToken) is ({ } head, []) && UpgradeHandshake.IsRequest(head);
        await stream.WriteAsync(isPeer ? UpgradeHandshake.Accepted : UpgradeHandshake.NotFound, cancellationToken);
        return isPeer;
    }

    private LinkedListNode<Socket> Enter(Socket socket)
    {
        lock (gate)
        {
            if (unclassified.Count >= UnclassifiedMax)
            {
                unclassified.First!.Value.Dispose();
                unclassified.RemoveFirst();
            }

            return unclassified.AddLast(socket);
        }
    }

    private void Leave(LinkedListNode<Socket> place)
    {
        lock (gate)
        {
            if (place.List is not null)
                unclassified.Remove(place);
        }
    }
}
