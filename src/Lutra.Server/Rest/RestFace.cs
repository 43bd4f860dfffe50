using Lutra.Keyspace.Auth;
using Lutra.Protocol;
using Lutra.Server.Auth;
using Lutra.Server.Diagnostics;
using Lutra.Server.Etcd;
using Lutra.Server.Metrics;
using Lutra.Server.Rest.Cluster;
using Lutra.Server.Rest.Health;
using Lutra.Server.Rest.Keys;
using Lutra.Server.Rest.Kv;
using Lutra.Server.Rest.Leases;
using Lutra.Server.Rest.Metrics;
using Lutra.Server.Rest.OpenApi;
using Lutra.Server.Rest.Peers;
using Lutra.Server.Rest.Replies;
using Lutra.Server.Rest.Requests;
using Lutra.Server.Rest.Snapshots;
using Lutra.Server.Rest.Transactions;
using Lutra.Server.Rest.Users;
using Lutra.Server.Rest.Watches;
using Lutra.Server.Tls;
using Lutra.Server.Watches;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.ObjectPool;

namespace Lutra.Server.Rest;

/// <summary>
/// REST over a store. It routes by the raw target, because routing by path would collapse <c>/key/a/../b</c> before the key can be seen; and it is the one
/// edge where failures turn into answers.
/// </summary>
internal sealed class RestFace
{
    private const int EncodedBytesMax = 64 * 1024;

    /// <param name="stopping">Cancelled when the host begins to stop: peer streams are hung up then.</param>
    /// <param name="own">The node in this process, where there is one: it knows the users.</param>
    /// <param name="door">Finds out who calls.</param>
    public RestFace(ILutraClient node, Func<LutraNode?> own, Doorkeeper door, RestFaceOptions options, ILogger logger, CancellationToken stopping)
    {
        options.Validate();
        Node = node;
        Own = own;
        Door = door;
        Options = options;
        Logger = logger;
        Stopping = stopping;
        Peers = new PeerDoor(options.PeerDoor, logger, stopping);
        Health = new HealthChecks(node, options);
        Report = options.Report ?? (node is LutraNode reporting ? reporting.ReportAsync : null);
    }

    /// <summary>The store itself, with all rights.</summary>
    public ILutraClient Node { get; }

    public Func<LutraNode?> Own { get; }

    public Doorkeeper Door { get; }

    public RestFaceOptions Options { get; }

    public ILogger Logger { get; }

    public ObjectPool<JsonBuffer> Buffers { get; } = JsonBuffer.CreatePool();

    public EncodedBatches Batches { get; } = new(EncodedBytesMax);

    /// <summary>Cancelled when the host begins to stop: what would go on for ever ends then.</summary>
    public CancellationToken Stopping { get; }

    public PeerDoor Peers { get; }

    public HealthChecks Health { get; }

    /// <summary>Asks for the node's numbers; null where there is no node in this process.</summary>
    public Func<TimeSpan, CancellationToken, ValueTask<NodeReport>>? Report { get; }

    /// <summary>The face beside it, whose calls <c>/metrics</c> counts, too; null: there is none.</summary>
    public EtcdFace? Etcd { get; init; }

    public HttpMetrics HttpMetrics { get; } = new();

    public ProcessMetrics ProcessMetrics { get; } = new();

    /// <param name="mount">The path under which the face is mounted, without a slash at its end; empty at the root.</param>
    public Task HandleAsync(HttpContext http, string mount)
    {
        var rawTarget = http.Features.Get<IHttpRequestFeature>()!.RawTarget;
        if (!Target.TryCut(rawTarget, mount, out var target))
        {
            ProblemWriter.Write(http, Problem.NoSuchPath);
            HttpMetrics.Answered(http.Response.StatusCode);
            return Task.CompletedTask;
        }

        Task answer;
        try
        {
            answer = AdmitAsync(http, target);
        }
        catch (Exception failure)
        {
            answer = Task.FromException(failure);
        }

        if (!answer.IsCompletedSuccessfully)
            return FinishAsync(http, answer);
        HttpMetrics.Answered(http.Response.StatusCode);
        return answer;
    }

    // What the node says of itself to who watches over it needs no user, nor do peers, who prove themselves otherwise.
    private Task AdmitAsync(HttpContext http, Target target)
    {
        if (Own() is not { } own || IsOpen(target))
            return Dispatch(new RestCall(http, this, target, Node));
        if (own is { HasCaughtUp: true, Auth.IsEnabled: false })
            return Dispatch(new RestCall(http, this, target, own.As(Caller.Nobody)));
        return LaterAsync();

        async Task LaterAsync()
        {
            var shown = Credentials.OfHeader(http.Request.Headers.Authorization, http.Features.Get<CallerStanding>()?.User);
            var caller = await Door.AdmitAsync(own, shown, showsData: !TellsOfNode(http, target), http.RequestAborted);
            if (!MayBeAnybody(target))
                caller.CheckUser();
            await Dispatch(new RestCall(http, this, target, caller));
        }
    }

    private static bool IsOpen(in Target target) =>
        target.Route.Span is "health" or "livez" or "readyz" or "metrics" or "version" or "openapi.json" or "raft" or "v2" || IsLogin(target);

    // To log in nobody has proved anything yet, and must not be held up by a token that is over.
    private static bool IsLogin(in Target target) => target.Route.Span is "auth" && target.Rest is { Span: "login" };

    private static bool TellsOfNode(HttpContext http, in Target target) =>
        target.Route.Span is "status" || (target.Route.Span is "members" && HttpMethods.IsGet(http.Request.Method));

    private static bool MayBeAnybody(in Target target) => target.Route.Span is "auth" && target.Rest is null;

    private static Task Dispatch(RestCall call) => call.Target.Route.Span switch
    {
        "key" => KeyRoute.HandleAsync(call),
        "keys" => KeysRoute.HandleAsync(call),
        "kv" => KvRoute.HandleAsync(call),
        "watch" => WatchRoute.HandleAsync(call),
        "leases" => LeasesRoute.HandleAsync(call),
        "txn" => TransactionRoute.HandleAsync(call),
        "compact" => CompactRoute.HandleAsync(call),
        "snapshot" => SnapshotRoute.HandleAsync(call),
        "status" => StatusRoute.HandleAsync(call),
        "members" => MembersRoute.HandleAsync(call),
        "metrics" => MetricsRoute.HandleAsync(call),
        "openapi.json" => OpenApiRoute.HandleAsync(call),
        "join" => MembersRoute.JoinAsync(call),
        "leave" => MembersRoute.LeaveAsync(call),
        "auth" => AuthRoute.HandleAsync(call),
        "users" => UsersRoute.HandleAsync(call),
        "roles" => RolesRoute.HandleAsync(call),
        "v2" => V2Route.Refuse(call.Http.Response),
        "leader" => LeaderRoute.HandleAsync(call),
        "version" => VersionRoute.HandleAsync(call),
        "health" => HealthRoute.HandleAsync(call),
        "livez" => ProbeRoute.HandleAsync(call, "livez", call.Face.Health.Live),
        "readyz" => ProbeRoute.HandleAsync(call, "readyz", call.Face.Health.Ready),
        "raft" => RaftRoute.HandleAsync(call),
        _ => call.Refuse(Problem.NoSuchPath),
    };

    private async Task FinishAsync(HttpContext http, Task answer)
    {
        try
        {
            await answer;
        }
        catch (RefusedException refused)
        {
            Refuse(http, refused.Problem);
        }
        catch (LutraException refused)
        {
            Refuse(http, ErrorMap.ToProblem(refused));
        }
        catch (BadHttpRequestException refused)
        {
            Refuse(http, FromHost(refused));
        }
        catch (Exception broken) when (broken is ConnectionResetException || http.RequestAborted.IsCancellationRequested)
        {
            // The client hung up: nobody is there to be told.
            http.Abort();
        }
        catch (Exception failure)
        {
            Logger.RequestFailed(http.Request.Method, failure);
            Refuse(http, new Problem(
                StatusCodes.Status500InternalServerError, ProblemCodes.InternalError, "Internal error",
                "The node's log says more. Whether the request was done is not known."));
        }

        HttpMetrics.Answered(http.Response.StatusCode);
    }

    // The limits of the host around us, which may be lower than ours, and bodies that break off. The words are Kestrel's.
    private static Problem FromHost(BadHttpRequestException refused) => refused.StatusCode == StatusCodes.Status413PayloadTooLarge
        ? new Problem(refused.StatusCode, ProblemCodes.TooLarge, "Too large", $"A limit of the application around this store: {refused.Message}")
        : new Problem(refused.StatusCode, ProblemCodes.InvalidArgument, "Malformed request", refused.Message);

    private static void Refuse(HttpContext http, Problem problem)
    {
        // Half an answer is on its way: only a broken connection tells the client that it is not whole.
        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }

        http.Response.Clear();
        ProblemWriter.Write(http, problem);
    }
}
