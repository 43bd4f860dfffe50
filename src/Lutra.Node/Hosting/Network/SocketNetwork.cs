using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Lutra.Node.Peers;
using Lutra.Tls;

namespace Lutra.Node.Hosting.Network;

/// <summary>Peer connections over TCP: dialled here, or taken over from whoever accepted and upgraded them.</summary>
/// <param name="tls">Null: peers are dialled in the clear.</param>
/// <param name="pathPrefix">Under which path the peers' web servers mount the node, such as "/lutra"; mostly empty.</param>
internal sealed class SocketNetwork(PeerTls? tls = null, string pathPrefix = "") : INetwork, IDisposable
{
    private readonly Lock gate = new();
    private readonly HashSet<StreamConnection> connections = [];
    private readonly CancellationTokenSource stopping = new();

    // Off the caller's thread, which is the node's loop: even a name may take long to resolve.
    public void Dial(string address, IConnectionHandler handler) => ThreadPool.UnsafeQueueUserWorkItem(
        static call => call.Network.RunDial(call.Address, call.Handler), (Network: this, Address: address, Handler: handler), preferLocal: false);

    /// <summary>
    /// Takes over a stream that is a peer connection already. The task ends when the connection has; the stream is closed then. Cancelling and failing
    /// end it too, and are told to <paramref name="handler"/>, not thrown.
    /// </summary>
    public Task AcceptAsync(Stream stream, string remote, IConnectionHandler handler)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        RunAccepted(stream, remote, handler, ended);
        return ended.Task;
    }

    /// <summary>Closes every connection; new ones can still be made.</summary>
    public void CloseAll()
    {
        StreamConnection[] open;
        lock (gate)
            open = [.. connections];
        foreach (var connection in open)
            connection.Close();
    }

    public void Dispose()
    {
        stopping.Cancel();
        CloseAll();
    }

    /// <summary>An exception that no part of this expects leaves on a thread of the pool and so ends the process (pitfall X05).</summary>
    private async void RunDial(string address, IConnectionHandler handler)
    {
        Stream stream;
        byte[] behind;
        try
        {
            (stream, behind) = await OpenAsync(address);
        }
        catch (SocketException fault)
        {
            var refused = fault.SocketErrorCode == SocketError.ConnectionRefused;
            handler.Closed(null, refused ? CloseReason.Refused : CloseReason.Failed, refused ? $"nobody listens at {address}" : fault.Message);
            return;
        }
        catch (Exception fault) when (fault is IOException or FormatException or AuthenticationException)
        {
            handler.Closed(null, CloseReason.Failed, fault.Message);
            return;
        }
        catch (OperationCanceledException)
        {
            handler.Closed(null, CloseReason.Failed, stopping.IsCancellationRequested ? "this node stops" : $"{address} does not answer");
            return;
        }

        await CarryAsync(stream, address, handler, behind);
    }

    private async void RunAccepted(Stream stream, string remote, IConnectionHandler handler, TaskCompletionSource ended)
    {
        await CarryAsync(stream, remote, handler, first: default);
        ended.SetResult();
    }

    private async Task<(Stream Stream, byte[] Behind)> OpenAsync(string address)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
        deadline.CancelAfter(UpgradeHandshake.Timeout);
        var target = HostAndPort.Parse(address);
        var socket = await PeerSockets.ConnectAsync(target, deadline.Token);
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            if (tls is not null)
            {
                var secured = new SslStream(stream, leaveInnerStreamOpen: false);
                stream = secured;
                await SecureAsync(secured, tls.Dial(target.Host), address, deadline.Token);
            }

            await stream.WriteAsync(UpgradeHandshake.Request(pathPrefix, address), deadline.Token);
            if (await UpgradeHandshake.ReadHeadAsync(stream, deadline.Token) is not var (head, behind))
                throw new IOException($"{address} did not answer as a node does{(tls is null ? "; if it speaks TLS, this node needs certificates for peers, too" : "")}.");
            if (!UpgradeHandshake.IsAccepted(head))
                throw new IOException($"{address} answered '{UpgradeHandshake.FirstLine(head)}': no node of Lutra takes peers there.");

            return (stream, behind);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private static async Task SecureAsync(SslStream stream, SslClientAuthenticationOptions how, string address, CancellationToken cancellationToken)
    {
        try
        {
            await stream.AuthenticateAsClientAsync(how, cancellationToken);
        }
        catch (Exception fault) when (fault is AuthenticationException or IOException)
        {
            throw new IOException($"{address} cannot be spoken to by TLS: {fault.Message} {fault.InnerException?.Message}".TrimEnd(), fault);
        }
    }

    private async Task CarryAsync(Stream stream, string remote, IConnectionHandler handler, ReadOnlyMemory<byte> first)
    {
        var connection = new StreamConnection(stream, remote, handler);
        lock (gate)
            connections.Add(connection);
        if (stopping.IsCancellationRequested)
            connection.Close();
        await connection.RunAsync(first);
        lock (gate)
            connections.Remove(connection);
    }
}
