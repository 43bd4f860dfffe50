using System.Buffers;
using System.Text.Json;
using Lutra.Protocol;
using Lutra.Server.Rest.Replies;

namespace Lutra.Server.Rest.Requests;

/// <summary>
/// The body of a put: <c>{"value":"text"}</c> or <c>{"value_base64":"…"}</c>, where asked for with <c>key</c> or <c>key_base64</c>, and with <c>client_id</c> and
/// <c>request_id</c> if the client numbers its requests; or the value's bytes as they are.
/// </summary>
internal static class ValueBody
{
    private const string Shape = "The body must be {\"value\":\"text\"} or {\"value_base64\":\"…\"}; raw bytes go with Content-Type: application/octet-stream.";

    /// <param name="withKey">The body also names the key.</param>
    public static ValueTask<GivenPut> ReadAsync(RestCall call, bool withKey = false)
    {
        var contentType = call.Http.Request.ContentType;
        if (!withKey && RequestBody.IsCalled(contentType, MediaTypes.Bytes))
            return RequestBody.ReadAsync(call, call.Face.Options.RequestSizeBytesMax, static (body, _) => new GivenPut(body.ToArray(), null, null, null));
        if (RequestBody.IsCalledJson(contentType))
        {
            return withKey
                ? RequestBody.ReadAsync(call, RequestBody.JsonSizeBytesMax(call.Face.Options), static (body, its) => ParseJson(body, its, withKey: true))
                : RequestBody.ReadAsync(call, RequestBody.JsonSizeBytesMax(call.Face.Options), static (body, its) => ParseJson(body, its, withKey: false));
        }

        throw new RefusedException(Problem.MediaType(
            contentType, withKey ? MediaTypes.Json : "application/json, or application/octet-stream for the value's bytes"));
    }

    private static GivenPut ParseJson(ReadOnlySequence<byte> bytes, RestCall call, bool withKey)
    {
        GivenPut? body;
        try
        {
            var reader = new Utf8JsonReader(bytes);
            body = Parse(ref reader, withKey);
        }
        catch (JsonException broken)
        {
            throw new RefusedException(Problem.Malformed($"{Shape} {JsonFault.Describe(broken)}"));
        }
        catch (InvalidOperationException)
        {
            // The reader finds this only once a name is compared.
            throw new RefusedException(Problem.Malformed($"{Shape} A name in it holds half a surrogate pair."));
        }

        if (body is not { } read)
            throw new RefusedException(Problem.Malformed(Shape));
        var limit = call.Face.Options.RequestSizeBytesMax;
        return read.Value.Length <= limit
            ? read
            : throw new RefusedException(Problem.TooLarge("The value", read.Value.Length, limit, "bytes", call.Face.Options.RequestSizeOption));
    }

    private static GivenPut? Parse(ref Utf8JsonReader reader, bool withKey)
    {
        byte[]? value = null, key = null;
        ulong? client = null, request = null;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("value"u8))
                Set(ref value, Text(ref reader));
            else if (reader.ValueTextEquals("value_base64"u8))
                Set(ref value, Base64(ref reader));
            else if (withKey && reader.ValueTextEquals("key"u8))
                Set(ref key, Text(ref reader));
            else if (withKey && reader.ValueTextEquals("key_base64"u8))
                Set(ref key, Base64(ref reader));
            else if (reader.ValueTextEquals("client_id"u8))
                Set(ref client, Number(ref reader));
            else if (reader.ValueTextEquals("request_id"u8))
                Set(ref request, Number(ref reader));
            else
                throw new JsonException("There is a member in it that a put does not know.");
        }

        // Anything behind the object makes the reader throw.
        reader.Read();
        return value is null ? null : new GivenPut(value, key, client, request);
    }

    private static byte[] Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        return BytesJson.ReadText(ref reader);
    }

    private static byte[] Base64(ref Utf8JsonReader reader)
    {
        reader.Read();
        return BytesJson.ReadBase64(ref reader);
    }

    private static ulong? Number(ref Utf8JsonReader reader)
    {
        reader.Read();

        // null is how some clients say "none".
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetUInt64(out var number)
            ? number
            : throw new JsonException("'client_id' and 'request_id' are whole numbers from 0 up.");
    }

    private static void Set<T>(ref T? place, T value)
    {
        if (place is not null)
            throw new JsonException("There is more in it than one value.");
        place = value;
    }
}
