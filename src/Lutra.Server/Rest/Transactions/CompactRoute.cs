using Lutra.Protocol;
using Lutra.Server.Rest.Replies;
using Lutra.Server.Rest.Requests;

namespace Lutra.Server.Rest.Transactions;

/// <summary><c>POST /compact</c> with <c>{"revision":7}</c>: forgets what was overwritten or deleted before it.</summary>
internal static class CompactRoute
{
    public static Task HandleAsync(RestCall call)
    {
        call.RequireNothingBelow();
        return call.Method == "POST" ? RunAsync(call) : call.RefuseVerb("POST");
    }

    private static async Task RunAsync(RestCall call)
    {
        QueryValues.Parse(call.Target.Query, []);
        var revision = await JsonBody.ReadAsync(call, static (body, _) => body.Revision, LutraJson.Strict.CompactBody);
        if (revision < 1)
            throw new RefusedException(Problem.Malformed($"'revision' must be from 1 up, not {revision}."));
        var result = await call.Node.CompactAsync(new Revision(revision), call.Aborted);
        call.SetRevision(result.Revision);
        call.Reply(new CompactReply(result.Revision.Value), LutraJson.Lenient.CompactReply);
    }
}
