using Lutra.Protocol;
using Lutra.Server.Rest.Requests;

namespace Lutra.Server.Rest.Keys;

/// <summary><c>DELETE /key/{key}</c>: answers with the number deleted, 0 or 1; a key that is not there is no error.</summary>
internal static class KeyDelete
{
    private static readonly string[] Parameters = ["key", "key_base64", "forward", "return_previous"];

    public static async Task HandleAsync(RestCall call)
    {
        var query = QueryValues.Parse(call.Target.Query, Parameters);
        var key = call.Key(query);
        await Forwarding.CheckAsync(call, query);
        var options = call.WriteOptions();
        var precondition = Precondition.Read(call.Http.Request.Headers);
        var delete = new DeleteOperation(KeyRange.Single(key), query.Flag("return_previous"));
        var result = precondition.IsEmpty
            ? await call.Node.DeleteAsync(delete, options, call.Aborted)
            : await ConditionalWrite.RunAsync(call, precondition, key, delete, options);
        if (result is not DeleteResult done)
            return;

        call.SetRevision(done.Revision);
        var previous = delete.ReturnPrevious ? done.Previous.ToBodies() : null;
        call.Reply(new DeleteReply(done.Revision.Value, done.Deleted, previous), LutraJson.Lenient.DeleteReply);
    }
}
