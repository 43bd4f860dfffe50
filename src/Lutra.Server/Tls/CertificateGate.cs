using Lutra.Protocol;
using Lutra.Server.Rest.Replies;
using Microsoft.AspNetCore.Http;

namespace Lutra.Server.Tls;

/// <summary>Which certificate a request needs: the peers' stream one of a peer, everything else one of a client where clients must show one (pitfall N03).</summary>
internal sealed class CertificateGate(bool clientsMustShow)
{
    private const string PeersPath = "/raft/stream";

    /// <summary>Why the request is refused; null: it is not.</summary>
    public Problem? Refusal(HttpContext http)
    {
        if (http.Features.Get<CallerStanding>() is not { } standing)
            return null;
        if (http.Request.Path.StartsWithSegments(PeersPath, StringComparison.Ordinal))
            return standing.Peer.Fault is { } strange ? Denied("Only peers may open this stream, by a certificate of theirs", strange) : null;
        return clientsMustShow && standing.ClientFault is { } unknown ? Denied("Clients must show a certificate that --trusted-ca-file vouches for", unknown) : null;
    }

    private static Problem Denied(string rule, string fault) =>
        new(StatusCodes.Status403Forbidden, ProblemCodes.Denied, "Certificate needed", $"{rule}: {fault.TrimEnd('.')}.");
}
