using System.Net;
using System.Net.Sockets;

namespace Lutra.Node.Hosting.Network;

/// <summary>TCP connections as the peer protocol wants them.</summary>
internal static class PeerSockets
{
    private const int TcpNotSentLowWater = 25;

    /// <summary>
    /// Sends at once, notices a machine that is gone, and keeps little in the kernel that has not gone out: what waits there can no longer be
    /// overtaken by something urgent (pitfall F04).
    /// </summary>
    public static void Configure(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 10);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
        if (OperatingSystem.IsLinux())
            socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, TcpNotSentLowWater, BitConverter.GetBytes(128 * 1024));
    }

    /// <summary>Connects to the first address of the host that answers.</summary>
    /// <exception cref="SocketException">None did. <see cref="SocketError.ConnectionRefused"/> only where nobody listens at any of them.</exception>
    public static async Task<Socket> ConnectAsync(HostAndPort address, CancellationToken cancellationToken)
    {
        SocketException? worst = null;
        foreach (var ip in await address.ResolveAsync(cancellationToken))
        {
            var socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                Configure(socket);
                await socket.ConnectAsync(new IPEndPoint(ip, address.Port), cancellationToken);
                return socket;
            }
            catch (SocketException fault)
            {
                socket.Dispose();
                worst = Worse(worst, fault);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw worst ?? new SocketException((int)SocketError.HostNotFound);
    }

    /// <summary>A refusal says less than any other failure, and an address family that this machine does not have says nothing.</summary>
    private static SocketException Worse(SocketException? one, SocketException other)
    {
        if (one is null || one.SocketErrorCode is SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable)
            return other;
        if (other.SocketErrorCode is SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable)
            return one;
        return one.SocketErrorCode == SocketError.ConnectionRefused ? other : one;
    }
}
