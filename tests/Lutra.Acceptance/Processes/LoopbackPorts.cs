using System.Net;
using System.Net.Sockets;

namespace Lutra.Acceptance.Processes;

/// <summary>
/// Ports for the nodes of this run. They lie below the range from which the system gives ports to outgoing connections, so that none takes the port of a
/// node that is down for a moment, and none is given out twice.
/// </summary>
internal static class LoopbackPorts
{
    private const int First = 12_000;
    private const int Count = 18_000;

    private static int given = Random.Shared.Next(Count);

    public static int Next()
    {
        for (var tries = 0; tries < Count; tries++)
        {
            var port = First + ((Interlocked.Increment(ref given) & int.MaxValue) % Count);
            if (IsFree(port))
                return port;
        }

        throw new InvalidOperationException($"No port between {First} and {First + Count - 1} is free.");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
