using Lutra.Protocol;
using Lutra.Server.Rest.Requests;

namespace Lutra.Server.Rest.Transactions;

/// <summary><c>POST /txn</c>, with a <see cref="TransactionBody"/>.</summary>
internal static class TransactionRoute
{
    public static Task HandleAsync(RestCall call)
    {
        call.RequireNothingBelow();
        return call.Method == "POST" ? RunAsync(call) : call.RefuseVerb("POST");
    }

    private static async Task RunAsync(RestCall call)
    {
        QueryValues.Parse(call.Target.Query, []);
        var options = call.WriteOptions();
        var transaction = await JsonBody.ReadAsync(call, static (body, call) => new TransactionReader(call.Face.Options).Read(body), LutraJson.Strict.TransactionBody);
        var result = await call.Node.TransactAsync(transaction, options, call.Aborted);
        call.SetRevision(result.Revision);
        call.Reply(ResultMapping.ToReply(result), LutraJson.Lenient.TransactionReply);
    }
}
