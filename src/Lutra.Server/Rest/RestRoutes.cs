namespace Lutra.Server.Rest;

/// <summary>
/// All that the face answers to. Which verb does what, each route's own file says, so that a wrong verb gets its 405 as a problem; what stands here is what the
/// host maps and what openapi.json must describe, and a test asks every path with every verb whether it is so.
/// </summary>
internal static class RestRoutes
{
    public static readonly IReadOnlyList<RestRoute> All =
    [
        new("/key", "GET", "HEAD", "PUT", "DELETE"),
        new("/key/{**key}", "GET", "HEAD", "PUT", "DELETE"),
        new("/keys", "GET", "HEAD"),
        new("/kv/all", "GET", "HEAD"),
        new("/kv/get", "GET", "HEAD"),
        new("/kv/get/{**key}", "GET", "HEAD"),
        new("/kv/put", "POST", "PUT"),
        new("/kv/delete", "DELETE"),
        new("/kv/delete/{**key}", "DELETE"),
        new("/txn", "POST"),
        new("/compact", "POST"),
        new("/watch", "GET"),
        new("/leases", "GET", "HEAD", "POST"),
        new("/leases/{lease}", "GET", "HEAD", "DELETE"),
        new("/leases/{lease}/keepalive", "POST"),
        new("/snapshot", "GET", "HEAD"),
        new("/status", "GET", "HEAD"),
        new("/members", "GET", "HEAD", "POST"),
        new("/members/{member}", "DELETE"),
        new("/members/{member}/promote", "POST"),
        new("/members/{member}/replace", "POST"),
        new("/join", "POST"),
        new("/leave", "POST"),
        new("/leader", "GET", "HEAD", "POST"),
        new("/auth", "GET", "HEAD"),
        new("/auth/enable", "POST"),
        new("/auth/disable", "POST"),
        new("/auth/login", "POST"),
        new("/users", "GET", "HEAD", "POST"),
        new("/users/{user}", "GET", "HEAD", "DELETE"),
        new("/users/{user}/password", "PUT"),
        new("/users/{user}/roles/{role}", "PUT", "DELETE"),
        new("/roles", "GET", "HEAD", "POST"),
        new("/roles/{role}", "GET", "HEAD", "DELETE"),
        new("/roles/{role}/permissions", "POST", "DELETE"),
        new("/metrics", "GET", "HEAD"),
        new("/openapi.json", "GET", "HEAD"),
        new("/version", "GET", "HEAD"),
        new("/health", "GET", "HEAD"),
        new("/livez", "GET", "HEAD"),
        new("/livez/{check}", "GET", "HEAD"),
        new("/readyz", "GET", "HEAD"),
        new("/readyz/{check}", "GET", "HEAD"),
        new("/raft/stream", "GET"),
        new("/raft/requestVote", "POST"),
        new("/raft/appendEntries", "POST"),
    ];
}

/// <param name="Template">A route pattern of ASP.NET.</param>
/// <param name="Verbs">What it takes; others are refused with 405.</param>
internal sealed record RestRoute(string Template, params IReadOnlyList<string> Verbs);
