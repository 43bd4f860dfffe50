using System.Buffers;
using System.IO.Pipelines;
using Lutra.Protocol;
using Lutra.Server.Port;
using Lutra.Server.Rest.Replies;

namespace Lutra.Server.Rest.Requests;

/// <summary>Reads a body whole, never more of it than the limit allows.</summary>
internal static class RequestBody
{
    /// <summary>How much longer a JSON text may be than the values in it: base64 adds a third, and names and keys take their part.</summary>
    public static int JsonSizeBytesMax(RestFaceOptions options) => 2 * options.RequestSizeBytesMax + LutraLimits.KeySizeBytesMax;

    /// <summary>What the body is called, without parameters; null where it is not called anything.</summary>
    public static bool IsCalled(string? contentType, string mediaType)
    {
        if (contentType is null)
            return false;
        var name = contentType.AsSpan();
        if (name.IndexOf(';') is >= 0 and var parameters)
            name = name[..parameters];
        return name.Trim().Equals(mediaType, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>JSON, under its name, curl's default name, or none.</summary>
    public static bool IsCalledJson(string? contentType) =>
        string.IsNullOrEmpty(contentType) || IsCalled(contentType, MediaTypes.Json) || IsCalled(contentType, MediaTypes.Form);

    /// <summary>
    /// Reads to the end and hands all bytes to <paramref name="parse"/> while they are held. Throws a refusal (413) beyond <paramref name="sizeBytesMax"/>.
    /// </summary>
    public static async ValueTask<T> ReadAsync<T>(
        RestCall call, int sizeBytesMax, Func<ReadOnlySequence<byte>, RestCall, T> parse)
    {
        var request = call.Http.Request;
        if (request.ContentLength > sizeBytesMax)
            throw TooLarge(call, request.ContentLength.Value, sizeBytesMax);
        var reader = new ClientBody(request.BodyReader);
        while (true)
        {
            if (!reader.TryRead(out var read))
                read = await reader.ReadAsync(call.Aborted);
            if (read.Buffer.Length > sizeBytesMax)
            {
                reader.AdvanceTo(read.Buffer.End);
                throw TooLarge(call, read.Buffer.Length, sizeBytesMax);
            }

            if (read.IsCompleted)
                return Finish(reader, read, call, parse);
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static T Finish<T>(PipeReader reader, ReadResult read, RestCall call, Func<ReadOnlySequence<byte>, RestCall, T> parse)
    {
        try
        {
            return parse(read.Buffer, call);
        }
        finally
        {
            reader.AdvanceTo(read.Buffer.End);
        }
    }

    private static RefusedException TooLarge(RestCall call, long size, int limit) =>
        new(Problem.TooLarge("The body", size, limit, "bytes", call.Face.Options.RequestSizeOption));
}
