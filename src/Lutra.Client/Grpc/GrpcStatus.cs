using System.Globalization;
using System.Net.Http.Headers;
using Lutra.Protocol;

namespace Lutra.Client.Grpc;

/// <summary>How a call ended, in its trailers; where nothing was answered, in its headers.</summary>
internal static class GrpcStatus
{
    public static void Check(HttpResponseMessage response)
    {
        var fields = response.TrailingHeaders.Contains("grpc-status") ? response.TrailingHeaders : (HttpHeaders)response.Headers;
        if (!int.TryParse(Field(fields, "grpc-status"), NumberStyles.None, CultureInfo.InvariantCulture, out var status))
            throw new GrpcException(GrpcException.Unavailable, $"The server answered without a status of gRPC (HTTP {(int)response.StatusCode}).");
        if (status != 0)
        {
            throw new GrpcException(status, Text(fields, "grpc-message") ?? $"gRPC status {status}")
            {
                IsAnswer = true,
                Code = Field(fields, LutraHeaders.GrpcErrorCode),
                Detail = Text(fields, LutraHeaders.GrpcErrorDetail),
                Leader = Text(fields, LutraHeaders.GrpcLeader) is { } leader ? new LeaderHint(leader, Text(fields, LutraHeaders.GrpcLeaderAddress)) : null,
            };
        }
    }

    /// <summary>Whether a server of ours answered, to a call that asked for that.</summary>
    public static bool IsOurs(HttpResponseMessage response) => response.Headers.Contains(LutraHeaders.GrpcServer);

    private static string? Text(HttpHeaders fields, string name) => Field(fields, name) is { } encoded ? Uri.UnescapeDataString(encoded) : null;

    private static string? Field(HttpHeaders fields, string name) => fields.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;
}
