using System.Buffers;
using Lutra.Server.Auth;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lutra.Server.Rest;

/// <summary>Mounts the REST face in an application that has a Kestrel and a pipeline of its own.</summary>
public static class LutraEndpoints
{
    private static readonly SearchValues<char> NotInPrefixes = SearchValues.Create("{}%?# ");

    /// <summary>
    /// Maps the REST face over <paramref name="node"/> under <paramref name="prefix"/> (<c>"/store"</c>; <c>""</c>: the root). The host routes before the face
    /// sees the request, so a key with dot segments goes as <c>/key?key_base64=</c> here; and where the host's limits are lower than ours (Kestrel's request
    /// line of 8 KiB, unless set), long keys do too, up to that limit. Peer streams are hung up when the application stops.
    /// </summary>
    /// <returns>For conventions, such as authorization.</returns>
    public static IEndpointConventionBuilder MapLutra(
        this IEndpointRouteBuilder endpoints, ILutraClient node, string prefix = "", RestFaceOptions? options = null, AuthOptions? auth = null)
    {
        if (prefix.Length > 0 && (prefix[0] != '/' || prefix[^1] == '/' || prefix.AsSpan().ContainsAny(NotInPrefixes)))
            throw new ArgumentException($"The prefix '{prefix}' must begin with a slash, not end with one, and need no escapes.", nameof(prefix));
        var services = endpoints.ServiceProvider;
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Lutra.Server");
        var stopping = services.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None;
        var door = new Doorkeeper(auth ?? new AuthOptions());
        stopping.Register(door.Dispose);
        var face = new RestFace(node, () => node as LutraNode, door, options ?? new RestFaceOptions(), logger, stopping);

        var group = endpoints.MapGroup(prefix);
        foreach (var route in RestRoutes.All)
            group.Map(route.Template, http => face.HandleAsync(http, MountOf(http, route.Template))).WithDisplayName($"Lutra {route.Template}").WithMetadata(route);
        return group;
    }

    // Groups and path bases around us lengthen the path, and only the matched endpoint knows by what.
    private static string MountOf(HttpContext http, string template)
    {
        var whole = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? template;
        var mount = whole.EndsWith(template, StringComparison.Ordinal) ? whole[..^template.Length] : "";
        return $"{http.Request.PathBase.Value}{mount}";
    }
}
