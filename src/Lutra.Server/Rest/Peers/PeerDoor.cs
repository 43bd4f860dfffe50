using System.Net;
using Lutra.Protocol;
using Lutra.Server.Diagnostics;
using Lutra.Server.Rest.Replies;
using Lutra.Server.Tls;
using Lutra.Tls;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Lutra.Server.Rest.Peers;

/// <summary>
/// Turns <c>GET /raft/stream</c> with <c>Upgrade: lutra-raft</c> into a raw stream and hands it to the node. The streams are hung up when the server stops:
/// Kestrel would wait for them.
/// </summary>
internal sealed class PeerDoor(Func<Stream, string, PeerProof, Task>? open, ILogger logger, CancellationToken stopping)
{
    public async Task OpenAsync(RestCall call)
    {
        var http = call.Http;
        var upgrade = http.Features.Get<IHttpUpgradeFeature>();
        if (open is null)
            throw new RefusedException(Problem.NoSuchPath with { Detail = "Peers do not speak at this address: the node listens for them elsewhere." });
        if (upgrade is not { IsUpgradableRequest: true } || !Asks(http.Request))
            throw new RefusedException(RaftRoute.UpgradeRequired);
        if (stopping.IsCancellationRequested)
            throw new LutraException(LutraError.Stopped, "The node is stopping.");

        // Kestrel writes 101 and Connection, but leaves it to us to say what was upgraded to.
        http.Response.Headers.Upgrade = LutraHeaders.PeerProtocol;
        var remote = new IPEndPoint(http.Connection.RemoteIpAddress ?? IPAddress.None, http.Connection.RemotePort).ToString();
        await using var stream = await upgrade.UpgradeAsync();
        await using var hangUp = stopping.UnsafeRegister(static state => ((HttpContext)state!).Abort(), http);
        try
        {
            await open(stream, remote, http.Features.Get<CallerStanding>()?.Peer ?? PeerProof.Anybody);
        }
        catch (Exception ended) when (ended is IOException or OperationCanceledException)
        {
            logger.PeerStreamBroke(remote, ended.Message);
        }
    }

    private static bool Asks(HttpRequest request) =>
        request.Headers.Upgrade.Count == 1 && LutraHeaders.PeerProtocol.Equals(request.Headers.Upgrade[0], StringComparison.OrdinalIgnoreCase);
}
