using System.Globalization;
using System.Text;
using Lutra.Protocol;
using Lutra.Server.Rest.Replies;
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
        var fields = FieldsOf(response, hasBody);
        fields[Status] = code == GrpcStatusCode.Ok ? "0" : ((int)code).ToString(CultureInfo.InvariantCulture);
        if (message.Length > 0)
            fields[Message] = Encode(message);
    }

    /// <summary>What a refusal was in the store's words: etcd's have one text where ours say more, and one for several of ours.</summary>
    public static void WriteRefusal(HttpResponse response, bool hasBody, LutraException refusal)
    {
        var fields = FieldsOf(response, hasBody);
        fields[LutraHeaders.GrpcErrorCode] = ErrorMap.ToProblem(refusal).Code;
        fields[LutraHeaders.GrpcErrorDetail] = Encode(refusal.Message);
        if (refusal.Leader is not { } leader)
            return;
        fields[LutraHeaders.GrpcLeader] = Encode(leader.Label);
        if (leader.Address is { Length: > 0 } address)
            fields[LutraHeaders.GrpcLeaderAddress] = Encode(address);
    }

    private static IHeaderDictionary FieldsOf(HttpResponse response, bool hasBody) => hasBody || response.HasStarted
        ? response.HttpContext.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers
        : response.Headers;

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
