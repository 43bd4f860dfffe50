using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Lutra.Server.Port;

/// <summary>The server could not listen; the message says where, why and what to do.</summary>
public sealed class ListenException : IOException
{
    private ListenException(string message, Exception? inner)
        : base(message, inner)
    {
    }

    internal static ListenException NotLoopback(ListenAddress address) => new(
        $"{address} can be reached from other machines, and there is no TLS: anyone there could read and write everything. Listen on localhost, or give "
        + "--insecure-listen (LUTRA_INSECURE_LISTEN=true) if the network is trusted.",
        null);

    /// <summary>Null where the failure is none of those that can be explained.</summary>
    internal static ListenException? Explain(ListenAddress address, Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is AddressInUseException or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse })
                return new($"{address} is in use: another process listens there. Stop it, or choose another address with --addr.", failure);
            if (cause is SocketException { SocketErrorCode: SocketError.AccessDenied })
                return new($"Listening on {address} is not permitted: ports below 1024 need a privilege. Choose another with --addr.", failure);
            if (cause is SocketException { SocketErrorCode: SocketError.AddressNotAvailable })
                return new($"{address} is no address of this machine. Choose one with --addr; 0.0.0.0 means all interfaces.", failure);
        }

        return null;
    }
}
