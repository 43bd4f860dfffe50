using Lutra.Protocol;
using Lutra.Server.Rest.Replies;
using Microsoft.AspNetCore.Http;

namespace Lutra.Server.Rest.Peers;

/// <summary>Where peers speak, and where those are told who look for them at the paths of other systems.</summary>
internal static class RaftRoute
{
    public static Task HandleAsync(RestCall call) => (call.Target.Rest ?? default).Span switch
    {
        "stream" => call.Method == "GET" ? call.Face.Peers.OpenAsync(call) : call.RefuseVerb("GET"),
        "requestVote" or "appendEntries" => call.Method == "POST" ? call.Refuse(UpgradeRequired) : call.RefuseVerb("POST"),
        _ => call.Refuse(Problem.NoSuchPath),
    };

    public static Problem UpgradeRequired { get; } = new(
        StatusCodes.Status426UpgradeRequired, ProblemCodes.UpgradeRequired, "Upgrade required",
        $"Peers speak on GET /raft/stream over HTTP/1.1 with 'Connection: Upgrade' and 'Upgrade: {LutraHeaders.PeerProtocol}'; clients never do.")
    {
        Upgrade = LutraHeaders.PeerProtocol,
    };
}
