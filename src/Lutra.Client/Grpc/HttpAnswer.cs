using System.Net;
using Lutra.Client.Rest;

namespace Lutra.Client.Grpc;

/// <summary>
/// An answer in HTTP's own words where gRPC's were expected: what stands in front of the calls refused, such as a server that wants a certificate, or a proxy.
/// </summary>
internal static class HttpAnswer
{
    private const int BodyBytesMax = 64 * 1024;
    private const int PermissionDenied = 7;
    private const int Unimplemented = 12;
    private const int Internal = 13;
    private const int Unknown = 2;
    private const int Unauthenticated = 16;

    /// <summary>Throws <see cref="GrpcException"/> where the answer is none of gRPC; disposes of it then.</summary>
    public static async ValueTask RefuseAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentType?.MediaType is { } type && type.StartsWith("application/grpc", StringComparison.Ordinal))
            return;
        if (response.Headers.NonValidated.Contains("grpc-status"))
            return;
        using (response)
        {
            var problem = ProblemReader.Read(await ReadAsync(response.Content, cancellationToken));
            throw new GrpcException(StatusOf(response.StatusCode), problem?.Detail ?? problem?.Error ?? $"HTTP {(int)response.StatusCode}, and nothing of gRPC")
            {
                IsAnswer = true,
                Code = problem?.Code,
                Detail = problem?.Detail,
            };
        }
    }

    private static async Task<byte[]> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await using var body = await content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[BodyBytesMax];
        return buffer[..await body.ReadAtLeastAsync(buffer, BodyBytesMax, throwOnEndOfStream: false, cancellationToken)];
    }

    // gRPC's own table of HTTP's numbers.
    private static int StatusOf(HttpStatusCode status) => (int)status switch
    {
        400 => Internal,
        401 => Unauthenticated,
        403 => PermissionDenied,
        404 => Unimplemented,
        429 or 502 or 503 or 504 => GrpcException.Unavailable,
        _ => Unknown,
    };
}
