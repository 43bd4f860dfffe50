using System.Text.Json;
using Lutra.Protocol;
using Lutra.Server.Rest.Leases;
using Lutra.Server.Rest.Replies;
using Lutra.Server.Rest.Requests;

namespace Lutra.Server.Rest.Keys;

/// <summary><c>PUT /key/{key}</c>: writes one key; under <c>If-Match</c> or <c>If-None-Match</c> only if its revision allows.</summary>
internal static class KeyWrite
{
    private static readonly string[] Parameters = ["key", "key_base64", "lease", "ttl", "forward", "return_previous", "ignore_value", "ignore_lease"];
    private static readonly JsonEncodedText SuccessName = JsonEncodedText.Encode("success");
    private static readonly JsonEncodedText MessageName = JsonEncodedText.Encode("message");
    private static readonly JsonEncodedText StoredText = JsonEncodedText.Encode("Value successfully stored");
    private static readonly JsonEncodedText RevisionName = JsonEncodedText.Encode("revision");
    private static readonly JsonEncodedText LeaseName = JsonEncodedText.Encode("lease");
    private static readonly JsonEncodedText PreviousName = JsonEncodedText.Encode("previous");

    public static async Task HandleAsync(RestCall call)
    {
        var query = QueryValues.Parse(call.Target.Query, Parameters);
        var key = call.Key(query);
        var precondition = Precondition.Read(call.Http.Request.Headers);
        await Forwarding.CheckAsync(call, query);
        var body = await ValueBody.ReadAsync(call);
        await RunAsync(call, query, key, body, precondition);
    }

    /// <summary>Writes what a body says under a key, and answers.</summary>
    public static async Task RunAsync(RestCall call, QueryValues query, byte[] key, GivenPut body, Precondition precondition)
    {
        var options = call.WriteOptions();
        if (body.RequestKey is { } request)
        {
            if (options.IdempotencyKey is not null)
                throw new RefusedException(Problem.Malformed("'client_id' and 'request_id' name the request, and so does Idempotency-Key: give one of them."));
            options = options with { IdempotencyKey = request };
        }

        var put = new PutOperation(
            key, body.Value, ReturnPrevious: query.Flag("return_previous"), IgnoreValue: query.Flag("ignore_value"), IgnoreLease: query.Flag("ignore_lease"));
        var lease = await LeaseOfPut.ReadAsync(call, query, options);
        if (lease.Number != 0)
            put = put with { Lease = lease.Number };
        try
        {
            var result = precondition.IsEmpty
                ? await call.Node.PutAsync(put, options, call.Aborted)
                : await ConditionalWrite.RunAsync(call, precondition, key, put, options);
            if (result is PutResult done)
                Reply(call, done, lease.Number);
            else
                await lease.TakeBackAsync(call.Node);
        }
        catch (LutraException refused) when (refused.Error != LutraError.OutcomeUnknown)
        {
            await lease.TakeBackAsync(call.Node);
            if (refused.Error != LutraError.IdempotencyKeyReused || body.RequestKey is null)
                throw;

            // Clients that number their requests are told that this one was done; what it was the first time stays.
            call.Reply(new DuplicateReply(), LutraJson.Lenient.DuplicateReply);
        }
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
            writer.WriteString(MessageName, StoredText);
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
