using System.Globalization;
using Lutra.Keyspace.Snapshots;
using Lutra.Protocol;
using Lutra.Server.Rest.Requests;

namespace Lutra.Server.Rest.Snapshots;

/// <summary>
/// <c>GET /snapshot</c>: the whole store as of one revision, as a snapshot file. What breaks off is not whole, and the file's own checksums say so too.
/// </summary>
internal static class SnapshotRoute
{
    public static Task HandleAsync(RestCall call)
    {
        call.RequireNothingBelow();
        return call.Method is "GET" or "HEAD" ? StreamAsync(call) : call.RefuseVerb("GET, HEAD");
    }

    private static async Task StreamAsync(RestCall call)
    {
        var consistency = QueryValues.Parse(call.Target.Query, ["consistency"]).Consistency();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(call.Aborted, call.Face.Stopping);
        await using var pieces = call.Node.SnapshotAsync(consistency, either.Token).GetAsyncEnumerator(either.Token);

        // What cannot begin is refused with a status of its own.
        if (!await pieces.MoveNextAsync())
            throw new InvalidOperationException("A snapshot has a beginning.");
        var response = call.Http.Response;
        var revision = SnapshotHeader.Read(pieces.Current.Span, "snapshot").Revision;
        response.ContentType = MediaTypes.Bytes;
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentDisposition = string.Create(CultureInfo.InvariantCulture, $"attachment; filename=\"lutra-{revision.Value}.snapshot\"");
        call.SetRevision(revision);
        if (call.Method == "HEAD")
            return;

        // Each write waits until the client has taken what went before: a slow one makes only itself wait.
        do
            await response.BodyWriter.WriteAsync(pieces.Current, either.Token);
        while (await pieces.MoveNextAsync());
    }
}
