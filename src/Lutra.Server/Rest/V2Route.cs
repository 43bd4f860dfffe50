using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Lutra.Server.Rest;

/// <summary>What etcd's clients of the v2 API are told, in the words of that API: an etcdctl before 3.4 speaks it unless it is told not to.</summary>
internal static class V2Route
{
    public static Task Refuse(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status404NotFound;
        response.ContentType = "application/json";
        response.BodyWriter.Write("{\"errorCode\":404,\"message\":\"The v2 API is not served: use v3 (etcdctl: ETCDCTL_API=3)\",\"cause\":\"/v2\",\"index\":0}\n"u8);
        return Task.CompletedTask;
    }
}
