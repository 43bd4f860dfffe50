using System.Collections.Frozen;
using System.Text.Json;
using Lutra.Server.Diagnostics;
using Lutra.Server.Etcd.Grpc;
using Lutra.Server.Port;
using Lutra.Server.Rest.Replies;
using Lutra.Server.Rest.Requests;
using Lutra.Server.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;

namespace Lutra.Server.Etcd.Gateway;

/// <summary>etcd's JSON gateway: <c>POST /v3/kv/range</c> and the rest, each a gRPC method with its messages as JSON. /v3beta and /v3alpha are other names of /v3.</summary>
internal sealed class EtcdGateway(EtcdFace face, ILogger logger)
{
    private const string MetadataPrefix = "Grpc-Metadata-";

    // Base64 and escapes make a message longer than it is.
    private const int JsonPerMessageBytes = 2;

    private static readonly string[] Versions = ["/v3/", "/v3beta/", "/v3alpha/"];

    private readonly FrozenDictionary<string, GatewayRoute> routes = GatewayRoute.All.ToFrozenDictionary(route => route.Path, StringComparer.Ordinal);

    /// <summary>Whether a request is for the gateway: then nobody else looks at it.</summary>
    public static bool Serves(HttpRequest request)
    {
        var path = request.Path.Value ?? "";
        return path.StartsWith("/v3", StringComparison.Ordinal) && Versions.Any(version => path.StartsWith(version, StringComparison.Ordinal));
    }

    public async Task HandleAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!;
        if (!routes.TryGetValue(path[path.IndexOf('/', 1)..], out var route))
        {
            Refuse(http.Response, StatusCodes.Status404NotFound, GrpcStatusCode.NotFound, "Not Found", isStream: false);
            return;
        }

        if (http.Request.Method != HttpMethods.Post)
        {
            Refuse(http.Response, StatusCodes.Status501NotImplemented, GrpcStatusCode.Unimplemented, "Method Not Allowed", isStream: false);
            return;
        }

        try
        {
            CrossSite.Refuse(http.Request);
            RefuseCertificate(http);
            await CallAsync(http, route);
        }
        catch (RefusedException refused)
        {
            Refuse(http.Response, refused.Problem.Status, GrpcStatusCode.PermissionDenied, refused.Problem.Detail ?? refused.Problem.Error, isStream: false);
        }
        catch (GrpcException ended)
        {
            Refuse(http.Response, StatusOf(ended.Code), ended.Code, ended.Message, route.IsStream);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            http.Abort();
        }
        catch (Exception broken) when (broken is ConnectionResetException or BadHttpRequestException)
        {
            http.Abort();
        }
        catch (Exception failure)
        {
            logger.EtcdCallFailed(path, failure);
            Refuse(http.Response, StatusCodes.Status500InternalServerError, GrpcStatusCode.Internal, "internal error: the node's log says more", route.IsStream);
        }
    }

    private async Task CallAsync(HttpContext http, GatewayRoute route)
    {
        if (!face.Methods.TryGetValue(route.MethodPath, out var method))
            throw new GrpcException(GrpcStatusCode.Unimplemented, $"unknown method {route.Method.Name} for service {route.Method.Service.FullName}");
        if (route.IsStream && http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        using var deadline = DeadlineOf(http);
        var requests = new GatewayRequests(new ClientBody(http.Request.BodyReader), route.Method.InputType, JsonPerMessageBytes * face.Options.MessageSizeBytesMax);
        if (method is SingleRequestMethod)
            await requests.ReadOnlyMessageAsync(http.RequestAborted);
        http.Response.ContentType = "application/json";
        http.Response.Headers["Grpc-Metadata-Content-Type"] = "application/grpc";
        var reply = new GatewayReply(http.Response, route.Method.OutputType, route.IsStream);
        await new EtcdInvocation(face, name => Metadata(http.Request, name), certificate: null, reply, deadline, http.RequestAborted).RunAsync(method, requests);
        reply.WriteOut();
    }

    // As etcd does: a certificate that names a user would say nothing here, and who shows one does not expect that.
    private void RefuseCertificate(HttpContext http)
    {
        if (face.Door.CertificatesNameUsers && face.Node is { Auth.IsEnabled: true } && http.Features.Get<CallerStanding>()?.User is { Length: > 0 })
        {
            throw new GrpcException(
                GrpcStatusCode.InvalidArgument, "CommonName of client sending a request against gateway will be ignored and not used as expected");
        }
    }

    private CancellationTokenSource? DeadlineOf(HttpContext http) =>
        http.Request.Headers["Grpc-Timeout"] is [{ } text, ..] && GrpcTimeout.TryParse(text, out var after)
            ? new CancellationTokenSource(after, face.Options.Time) : null;

    private static string? Metadata(HttpRequest request, string name) =>
        request.Headers[MetadataPrefix + name] is [{ } value, ..] ? value
        : name == "authorization" && request.Headers.Authorization is [{ } token, ..] ? token
        : null;

    private static void Refuse(HttpResponse response, int status, GrpcStatusCode code, string message, bool isStream)
    {
        if (!response.HasStarted)
        {
            response.StatusCode = status;
            response.ContentType = "application/json";
        }

        using var writer = new Utf8JsonWriter(response.BodyWriter);
        writer.WriteStartObject();
        if (isStream)
            writer.WriteStartObject("error");
        else
            writer.WriteString("error", message);
        writer.WriteNumber("code", (int)code);
        writer.WriteString("message", message);
        if (isStream)
            writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static int StatusOf(GrpcStatusCode code) => code switch
    {
        GrpcStatusCode.Cancelled => StatusCodes.Status499ClientClosedRequest,
        GrpcStatusCode.InvalidArgument or GrpcStatusCode.OutOfRange or GrpcStatusCode.FailedPrecondition => StatusCodes.Status400BadRequest,
        GrpcStatusCode.DeadlineExceeded => StatusCodes.Status504GatewayTimeout,
        GrpcStatusCode.NotFound => StatusCodes.Status404NotFound,
        GrpcStatusCode.AlreadyExists or GrpcStatusCode.Aborted => StatusCodes.Status409Conflict,
        GrpcStatusCode.PermissionDenied => StatusCodes.Status403Forbidden,
        GrpcStatusCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
        GrpcStatusCode.Unimplemented => StatusCodes.Status501NotImplemented,
        GrpcStatusCode.Unavailable => StatusCodes.Status503ServiceUnavailable,
        GrpcStatusCode.Unauthenticated => StatusCodes.Status401Unauthorized,
        _ => StatusCodes.Status500InternalServerError,
    };
}
