using System.Text.Json;
using Lutra.Protocol;
using Lutra.Server.Rest.Leases;
using Lutra.Server.Rest.Requests;

namespace Lutra.Server.Rest.Keys;

/// <summary><c>PUT /key/{key}</c>: writes one key; under <c>If-Match</c> or <c>If-None-Match</c> only if its revision allows.</summary>
internal static class KeyWrite
{
    private static readonly string[] Parameters = ["key", "key_base64", "lease", "ttl", "return_previous", "ignore_value", "ignore_lease"];
    private static readonly JsonEncodedText SuccessName = JsonEncodedText.Encode("success");
    private static readonly JsonEncodedText RevisionName = JsonEncodedText.Encode("revision");
    private static readonly JsonEncodedText LeaseName = JsonEncodedText.Encode("lease");
    private static readonly JsonEncodedText PreviousName = JsonEncodedText.Encode("previous");

    public static async Task HandleAsync(RestCall call)
    {
        var query = QueryValues.Parse(call.Target.Query, Parameters);
        var key = call.Key(query);
        var options = call.WriteOptions();
        var precondition = Precondition.Read(call.Http.Request.Headers);
        var value = await ValueBody.ReadAsync(call);
        var lease = await LeaseOfPut.ReadAsync(call, query, options);
        var put = new PutOperation(
            key, value, lease, query.Flag("return_previous"), query.Flag("ignore_value"), query.Flag("ignore_lease"));

        if (precondition.IsEmpty)
        {
            Reply(call, await call.Node.PutAsync(put, options, call.Aborted), lease);
            return;
        }

        var result = await ConditionalWrite.RunAsync(call, precondition, key, put, options);
        if (result is PutResult done)
            Reply(call, done, lease);
    }

    private static void Reply(RestCall call, PutResult done, long lease)
    {
        call.SetRevision(done.Revision);
        call.SetEntityTag(done.Revision);
        var buffer = call.Face.Buffers.Get();
        try
        {
            var writer = buffer.Writer;
            writer.WriteStartObject();
            writer.WriteBoolean(SuccessName, true);
            writer.WriteNumber(RevisionName, done.Revision.Value);
            if (lease != 0)
                writer.WriteNumber(LeaseName, lease);
            if (done.Previous is { } previous)
            {
                writer.WritePropertyName(PreviousName);
                previous.ToBody().Write(writer);
            }

            writer.WriteEndObject();
            buffer.Send(call.Http.Response, MediaTypes.Json);
        }
        finally
        {
            call.Face.Buffers.Return(buffer);
        }
    }
}
