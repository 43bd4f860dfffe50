using Lutra.Server.Rest.Replies;
using Lutra.Server.Rest.Requests;

namespace Lutra.Server.Rest.Watches;

/// <summary>
/// <c>GET /watch?prefix=…</c>: follows keys as Server-Sent Events, a message a revision, whose id is that revision; a client that was cut off goes on by
/// <c>Last-Event-ID</c>, as browsers do by themselves.
/// </summary>
internal static class WatchRoute
{
    private const long ProgressSecondsDefault = 15;
    private const long ProgressSecondsMax = 3600;

    private static readonly string[] Parameters =
    [
        "key", "key_base64", "prefix", "prefix_base64", "from", "from_base64", "to", "to_base64", "revision", "previous", "filter", "progress_seconds",
    ];

    public static Task HandleAsync(RestCall call)
    {
        call.RequireNothingBelow();
        return call.Method == "GET" ? FollowAsync(call) : call.RefuseVerb("GET");
    }

    private static async Task FollowAsync(RestCall call)
    {
        var watch = Read(call);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(call.Aborted, call.Face.Stopping);
        await using var batches = call.Node.WatchAsync(watch, either.Token).GetAsyncEnumerator(either.Token);

        // What cannot begin is refused with a status of its own.
        if (!await batches.MoveNextAsync())
            return;
        var stream = new EventStream(call);
        await stream.BeginAsync(batches.Current.Revision);
        try
        {
            do
                await stream.SendAsync(batches.Current, either.Token);
            while (await batches.MoveNextAsync());
        }
        catch (LutraException ended)
        {
            await stream.EndAsync(ErrorMap.ToProblem(ended), call.Aborted);
        }
        catch (OperationCanceledException) when (!call.Aborted.IsCancellationRequested)
        {
            // The server stops: the client goes on elsewhere, from the last id.
        }
    }

    private static WatchOperation Read(RestCall call)
    {
        var query = QueryValues.Parse(call.Target.Query, Parameters, repeatable: "filter");
        var range = RangeChoice.Of(
            query.Bytes("key", "key_base64"), query.Bytes("prefix", "prefix_base64"), query.Bytes("from", "from_base64"), query.Bytes("to", "to_base64"));
        var (noPuts, noDeletes) = (false, false);
        foreach (var filter in query.Texts("filter"))
        {
            switch (filter)
            {
                case "no_puts":
                    noPuts = true;
                    break;
                case "no_deletes":
                    noDeletes = true;
                    break;
                default:
                    throw new RefusedException(Problem.Malformed($"'filter' must be no_puts or no_deletes, not {Quoted.Of(filter)}."));
            }
        }

        var seconds = query.Number("progress_seconds", ProgressSecondsDefault);
        if (seconds is < 1 or > ProgressSecondsMax)
            throw new RefusedException(Problem.Malformed($"'progress_seconds' must be from 1 to {ProgressSecondsMax}, not {seconds}."));
        return new WatchOperation(
            range ?? KeyRange.All, FirstRevision(call, query), query.Flag("previous"), noPuts, noDeletes, TimeSpan.FromSeconds(seconds));
    }

    // The header wins: a browser sends it with the same target when it comes back.
    private static Revision FirstRevision(RestCall call, QueryValues query)
    {
        var last = call.Http.Request.Headers["Last-Event-ID"];
        if (last.Count == 0)
            return new Revision(query.Number("revision"));
        if (last.Count == 1 && WholeNumber.TryParse(last[0], out var revision) && revision < long.MaxValue)
            return new Revision(revision + 1);
        throw new RefusedException(Problem.Malformed("Last-Event-ID must be the revision that the last message had as its id."));
    }
}
