using System.Net.Sockets;

namespace Lutra.Cli.Serve;

/// <summary>
/// systemd, where it started this process and waits to hear that it serves (<c>Type=notify</c>, as etcd's unit files have it): a datagram to the socket that a variable
/// names, as sd_notify(3) says.
/// </summary>
internal static class ServiceManager
{
    public const string SocketVariable = "NOTIFY_SOCKET";

    /// <summary>
    /// Says so once the node belongs to a cluster with a leader and has caught up with it, as etcd does; a service that waits for this one finds it ready. Does not throw.
    /// </summary>
    /// <param name="socket">A path, or a name behind an at sign; null: nobody waits.</param>
    /// <param name="tell">Told where nobody could be told.</param>
    public static async Task AnnounceAsync(LutraNode node, string? socket, Action<string> tell, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(socket))
            return;
        try
        {
            await node.WaitUntilReadyAsync(cancellationToken);
            using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            await manager.SendToAsync("READY=1"u8.ToArray(), new UnixDomainSocketEndPoint(socket[0] == '@' ? $"\0{socket[1..]}" : socket), cancellationToken);
        }
        catch (Exception ended) when (ended is OperationCanceledException or LutraException)
        {
            // The node ends before it was ready.
        }
        catch (Exception unheard) when (unheard is SocketException or ArgumentException or PlatformNotSupportedException)
        {
            tell($"{SocketVariable} is {socket}, and nobody could be told there that the node is ready: {unheard.Message}");
        }
    }
}
