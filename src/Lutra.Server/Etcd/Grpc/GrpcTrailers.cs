using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Lutra.Server.Etcd.Grpc;

/// <summary>How a call ended, in the trailers; where nothing was answered, in the headers, which gRPC calls "Trailers-Only".</summary>
internal static class GrpcTrailers
{
    private const string Status = "grpc-status";
    private const string Message = "grpc-message";

    public static void Write(HttpResponse response, bool hasBody, GrpcStatusCode code, string message)
    {
        var fields = hasBody || response.HasStarted
            ? response.HttpContext.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers
            : response.Headers;
        fields[Status] = code == GrpcStatusCode.Ok ? "0" : ((int)code).ToString(CultureInfo.InvariantCulture);
        if (message.Length > 0)
            fields[Message] = Encode(message);
    }

    /// <summary>Percent-encoded UTF-8, all but printable ASCII (gRPC over HTTP/2, "Status-Message").</summary>
    public static string Encode(string message)
    {
        if (!message.AsSpan().ContainsAnyExceptInRange(' ', '~') && !message.Contains('%', StringComparison.Ordinal))
            return message;
        var encoded = new StringBuilder();
        foreach (var one in Encoding.UTF8.GetBytes(message))
        {
            if (one is >= (byte)' ' and <= (byte)'~' and not (byte)'%')
                encoded.Append((char)one);
            else
                encoded.Append(CultureInfo.InvariantCulture, $"%{one:X2}");
        }

        return encoded.ToString();
    }
}
