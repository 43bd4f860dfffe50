using System.Globalization;
using Lutra.Protocol;
using Lutra.Server.Rest.Replies;
using Lutra.Server.Rest.Requests;
using Microsoft.AspNetCore.Http;

namespace Lutra.Server.Rest;

/// <summary>One request on its way through the face.</summary>
/// <param name="node">The store, as the caller may use it.</param>
internal sealed class RestCall(HttpContext http, RestFace face, Target target, ILutraClient node)
{
    public HttpContext Http { get; } = http;

    public RestFace Face { get; } = face;

    public Target Target { get; } = target;

    public ILutraClient Node { get; } = node;

    public string Method => Http.Request.Method;

    /// <summary>Cancelled when the client hangs up.</summary>
    public CancellationToken Aborted => Http.RequestAborted;

    public Task Refuse(Problem problem)
    {
        ProblemWriter.Write(Http, problem);
        return Task.CompletedTask;
    }

    public Task RefuseVerb(string allow) => Refuse(Problem.WrongVerb(Method, allow));

    /// <summary>A path that takes nothing below it.</summary>
    public void RequireNothingBelow()
    {
        if (Target.Rest is not null)
            throw new RefusedException(Problem.NoSuchPath);
    }

    /// <summary>Says which revision of the store was seen or made.</summary>
    public void SetRevision(Revision revision) =>
        Http.Response.Headers[LutraHeaders.Revision] = revision.Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>The entity tag of a key is the revision that wrote it, in quotes.</summary>
    public void SetEntityTag(Revision revision) =>
        Http.Response.Headers.ETag = string.Create(CultureInfo.InvariantCulture, $"\"{revision.Value}\"");

    /// <summary>How the write is to be done: the idempotency key, checked.</summary>
    public WriteOptions WriteOptions()
    {
        var values = Http.Request.Headers[LutraHeaders.IdempotencyKey];
        if (values.Count == 0)
            return default;
        if (values.Count > 1 || string.IsNullOrEmpty(values[0]))
            throw new RefusedException(Problem.Malformed("Idempotency-Key must be there once, and not empty."));
        var size = System.Text.Encoding.UTF8.GetByteCount(values[0]!);
        if (size > Lutra.WriteOptions.IdempotencyKeyBytesMax)
            throw new RefusedException(Problem.TooLarge("Idempotency-Key", size, Lutra.WriteOptions.IdempotencyKeyBytesMax, "bytes", null));
        return new WriteOptions(values[0]);
    }

    /// <summary>The key that the path or <c>key_base64</c> names, within its limit.</summary>
    public byte[] Key(QueryValues query)
    {
        var inQuery = query.Bytes("key", "key_base64");
        byte[] key;
        if (Target.Rest is { IsEmpty: false } path)
        {
            if (inQuery is not null)
                throw new RefusedException(Problem.Malformed("The key is in the path and in the query: give one."));
            if (!PercentEncoding.TryDecode(path.Span, plusIsBlank: false, out key))
                throw new RefusedException(Problem.Malformed(
                    "The key in the path is not percent-encoded: a percent sign needs two hexadecimal digits, and only ASCII may stand for itself."));
        }
        else
        {
            key = inQuery ?? [];
        }

        if (key.Length == 0)
            throw new RefusedException(Problem.KeyRequired);
        CheckKeySize(key.Length);
        return key;
    }

    public static void CheckKeySize(int sizeBytes)
    {
        if (sizeBytes > LutraLimits.KeySizeBytesMax)
            throw new RefusedException(Problem.TooLarge("The key", sizeBytes, LutraLimits.KeySizeBytesMax, "bytes", null));
    }

    /// <summary>Answers with a body of the contract.</summary>
    public void Reply<T>(T value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> shape)
    {
        var buffer = Face.Buffers.Get();
        try
        {
            System.Text.Json.JsonSerializer.Serialize(buffer.Writer, value, shape);
            buffer.Send(Http.Response, MediaTypes.Json);
        }
        finally
        {
            Face.Buffers.Return(buffer);
        }
    }
}
