using Lutra.Protocol;
using Lutra.Server.Diagnostics;
using Lutra.Server.Etcd.Errors;
using Lutra.Server.Port;
using Lutra.Server.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;

namespace Lutra.Server.Etcd.Grpc;

/// <summary>
/// gRPC over HTTP/2 on a bare request: the method by its path, messages in and out of the pipes, and the one edge where failures turn into a status.
/// </summary>
internal sealed class GrpcServer(EtcdFace face, ILogger logger)
{
    private const string MediaType = "application/grpc";
    private const string AcceptedEncodings = "identity,gzip";

    /// <summary>Whether a request is a call: then nobody else looks at it.</summary>
    public static bool IsCall(HttpRequest request) =>
        HttpProtocol.IsHttp2(request.Protocol) && request.ContentType is { } type && type.StartsWith(MediaType, StringComparison.OrdinalIgnoreCase);

    public async Task HandleAsync(HttpContext http)
    {
        var goesOn = face.Methods.TryGetValue(http.Request.Path.Value ?? "", out var method) && (method is StreamingMethod || method.GoesOn);
        if (!goesOn)
        {
            await AnswerAsync(http);
            return;
        }

        face.Streams.Enter();
        try
        {
            await AnswerAsync(http);
            if (face.Stopping.IsCancellationRequested && !http.RequestAborted.IsCancellationRequested)
                await http.Response.CompleteAsync();
        }
        finally
        {
            face.Streams.Leave();
        }
    }

    private async Task AnswerAsync(HttpContext http)
    {
        if (http.Request.Method != HttpMethods.Post)
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        if (!IsProtobuf(http.Request.ContentType!))
        {
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        http.Response.ContentType = MediaType;
        var measures = face.Measures.Of(http.Request.Path.Value ?? "");
        var began = measures?.Begin() ?? 0;
        var ended = await EndAsync(http, measures);
        measures?.End(began, ended ?? GrpcStatusCode.Cancelled);
    }

    /// <summary>Carries the call out and tells its end; null: nobody is there to be told.</summary>
    private async Task<GrpcStatusCode?> EndAsync(HttpContext http, MethodMeasures? measures)
    {
        var asksInOurWords = http.Request.Headers.ContainsKey(LutraHeaders.GrpcClient);
        if (asksInOurWords)
            http.Response.Headers[LutraHeaders.GrpcServer] = LutraVersion.Text;
        LutraException? refusal = null;
        var reply = new GrpcReplyPipe(http.Response.BodyWriter, measures);
        var (code, message) = (GrpcStatusCode.Ok, "");
        try
        {
            await CallAsync(http, reply, measures);
        }
        catch (GrpcException ended)
        {
            (code, message) = (ended.Code, ended.Message);
            refusal = ended.Refusal;
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client hung up or gave the call up.
            http.Abort();
            return null;
        }
        catch (Exception broken) when (broken is ConnectionResetException or BadHttpRequestException)
        {
            http.Abort();
            return null;
        }
        catch (Exception failure)
        {
            logger.EtcdCallFailed(http.Request.Path, failure);
            (code, message) = (GrpcStatusCode.Internal, "internal error: the node's log says more");
        }

        GrpcTrailers.Write(http.Response, reply.HasBegun, code, message);
        if (asksInOurWords && refusal is not null)
            GrpcTrailers.WriteRefusal(http.Response, reply.HasBegun, refusal);
        return code;
    }

    private async Task CallAsync(HttpContext http, GrpcReplyPipe reply, MethodMeasures? measures)
    {
        var method = Find(http.Request.Path.Value ?? "");
        var encoding = EncodingOf(http);
        RemoveDataRate(http);
        using var deadline = DeadlineOf(http);
        using var request = new GrpcRequestPipe(new ClientBody(http.Request.BodyReader), encoding, face.Options.MessageSizeBytesMax, measures);
        if (method is SingleRequestMethod)
            await ReadOnlyMessageAsync(request, deadline, http.RequestAborted);
        var invocation = new EtcdInvocation(face, name => http.Request.Headers[name] is [{ } value, ..] ? value : null, http.Features.Get<CallerStanding>()?.User, reply, deadline, http.RequestAborted);
        await invocation.RunAsync(method, request);
    }

    private static async ValueTask ReadOnlyMessageAsync(GrpcRequestPipe request, CancellationTokenSource? deadline, CancellationToken aborted)
    {
        try
        {
            await request.ReadOnlyMessageAsync(deadline?.Token ?? aborted);
        }
        catch (OperationCanceledException) when (deadline is { IsCancellationRequested: true })
        {
            throw EtcdErrors.DeadlineExceeded;
        }
    }

    private EtcdMethod Find(string path)
    {
        if (face.Methods.TryGetValue(path, out var method))
            return method;
        var slash = path.LastIndexOf('/');
        if (slash < 1)
            throw new GrpcException(GrpcStatusCode.Unimplemented, "malformed method name");
        var service = path[1..slash];
        throw new GrpcException(
            GrpcStatusCode.Unimplemented,
            face.Services.Contains(service) ? $"unknown method {Shown(path[(slash + 1)..])} for service {service}" : $"unknown service {Shown(service)}");
    }

    private static GrpcEncoding EncodingOf(HttpContext http)
    {
        var encoding = http.Request.Headers["grpc-encoding"];
        if (encoding.Count == 0 || encoding == "identity")
            return GrpcEncoding.Identity;
        if (encoding == "gzip")
            return GrpcEncoding.Gzip;
        http.Response.Headers["grpc-accept-encoding"] = AcceptedEncodings;
        throw new GrpcException(GrpcStatusCode.Unimplemented, $"grpc: Decompressor is not installed for grpc-encoding \"{Shown(encoding.ToString())}\"");
    }

    /// <summary>Null: the client waits as long as it takes.</summary>
    private CancellationTokenSource? DeadlineOf(HttpContext http)
    {
        var timeout = http.Request.Headers["grpc-timeout"];
        if (timeout.Count == 0)
            return null;
        return GrpcTimeout.TryParse(timeout.ToString(), out var after)
            ? new CancellationTokenSource(after, face.Options.Time)
            : throw new GrpcException(GrpcStatusCode.Internal, $"malformed grpc-timeout: \"{Shown(timeout.ToString())}\"");
    }

    // A stream may say nothing for hours and is well, and Kestrel would end the connection, with all that is on it, for one request whose body comes slowly.
    private static void RemoveDataRate(HttpContext http)
    {
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
    }

    private static bool IsProtobuf(string contentType)
    {
        var rest = contentType.AsSpan(MediaType.Length);
        return rest.IsEmpty || rest[0] is ';' or ' ' || rest.StartsWith("+proto", StringComparison.OrdinalIgnoreCase);
    }

    private static string Shown(string given) => given.Length <= 128 ? given : given[..128];
}
