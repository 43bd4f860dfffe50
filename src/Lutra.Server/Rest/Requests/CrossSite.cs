using Lutra.Protocol;
using Lutra.Server.Rest.Replies;
using Microsoft.AspNetCore.Http;

namespace Lutra.Server.Rest.Requests;

/// <summary>
/// A page that a browser shows may post to a node on the same machine without asking, as long as the body looks like a form; and we take JSON under that
/// name for curl's sake. So a request that says it comes from a page of another origin is refused. (PUT and DELETE need the node's leave, which it never
/// gives.)
/// </summary>
internal static class CrossSite
{
    public static void Refuse(HttpRequest request)
    {
        string? origin = request.Headers.Origin;
        if (string.IsNullOrEmpty(origin))
            return;
        if (Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase))
            return;
        throw new RefusedException(new Problem(
            StatusCodes.Status403Forbidden, ProblemCodes.Denied, "Denied", $"The request comes from a page of another origin ({Quoted.Of(origin)})."));
    }
}
