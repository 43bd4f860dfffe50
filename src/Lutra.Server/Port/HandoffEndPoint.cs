using System.Net;

namespace Lutra.Server.Port;

/// <summary>An address inside the process: connections that were found to speak HTTP/2 arrive here.</summary>
internal sealed class HandoffEndPoint : EndPoint
{
    public override string ToString() => "handed over (HTTP/2)";
}
