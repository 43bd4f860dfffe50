using System.Net.Sockets;

namespace Lutra.Node.Hosting.Network;

/// <summary>The node cannot listen where it was told to.</summary>
internal sealed class PeerListenException(string address, SocketException fault)
    : IOException($"Cannot listen for peers at {address}: {Reason(fault)}.", fault)
{
    private static string Reason(SocketException fault) => fault.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => "the port is in use by another process; choose another one or stop that process",
        SocketError.AccessDenied => "this user may not listen on that port; ports below 1024 often need a privilege",
        SocketError.AddressNotAvailable => "this machine has no such address",
        SocketError.HostNotFound or SocketError.NoData => "the name is not known",
        _ => fault.Message,
    };
}
