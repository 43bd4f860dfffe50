using Google.Protobuf;
using Lutra.Keyspace.Auth;
using Lutra.Protocol;
using Lutra.Server.Auth;
using Lutra.Server.Etcd.Errors;
using Lutra.Server.Etcd.Grpc;
using Lutra.Server.Etcd.Wire;

namespace Lutra.Server.Etcd;

/// <summary>One call on its way through the face.</summary>
/// <param name="metadata">What the client sent beside its messages, by lower-case name; null: not there.</param>
/// <param name="ended">Cancelled at the client's deadline and, where the call goes on for long, when the client is gone.</param>
/// <param name="certificate">The user that the caller's certificate names; null: none.</param>
internal sealed class EtcdCall(
    EtcdFace face, LutraNode node, Func<string, string?> metadata, string? certificate, MessageWriter reply, CancellationToken ended)
{
    private static readonly string IdempotencyKeyMetadata = LutraHeaders.IdempotencyKey.ToLowerInvariant();

    public EtcdFace Face { get; } = face;

    /// <summary>The node, as the caller may use it; of a stream, which asks for each message by <see cref="WhoAsync"/>, as nobody may.</summary>
    public CallerNode Node { get; private set; } = node.As(Caller.Nobody);

    public MessageWriter Reply { get; } = reply;

    /// <summary>The client waits no longer.</summary>
    public CancellationToken Ended { get; } = ended;

    /// <summary>The client wants an answer only from a member that knows a leader.</summary>
    public bool RequiresLeader => metadata("hasleader") == "true";

    /// <summary>The client is this project's, and is meant to see no difference to the other ways of asking.</summary>
    public bool IsInOurWords => metadata(LutraHeaders.GrpcClient) is not null;

    /// <summary>How its writes are done: with the client's idempotency key, which is ours and not etcd's.</summary>
    public WriteOptions Writing => metadata(IdempotencyKeyMetadata) is { } key ? new WriteOptions(Checked(key)) : default;

    public NodeStanding Standing => Node.Standing ?? throw EtcdErrors.NoLeader;

    /// <summary>The header of a reply at <paramref name="revision"/>.</summary>
    public ReplyHeader HeaderAt(Revision revision) => EtcdIds.Header(Standing, revision);

    /// <summary>The header of a reply that names no revision of its own: the store's.</summary>
    public ReplyHeader Header() => HeaderAt(Node.Revision);

    /// <summary>For what learners do not do.</summary>
    public GrpcException NotForLearners => ForAnother(EtcdErrors.NotSupportedForLearner, "This node is a learner, and does not do this through etcd's API. Nothing was done.");

    /// <summary>For a client that wants to be told.</summary>
    public GrpcException WithoutLeader => ForAnother(EtcdErrors.NoLeader, "This node knows of no leader.");

    /// <summary>Throws where this node, as it stands, does not answer such a call.</summary>
    public ValueTask AdmitAsync(EtcdMethod method)
    {
        if (method.NeedsCluster && Standing is { Role: NodeRole.Learner } && !method.ForLearners)
            throw NotForLearners;
        return RequiresLeader && Standing.LeaderMember == 0
            ? LeaderPatience.WaitAsync(() => node.TimeWithoutLeader, TimeSpan.FromMilliseconds(node.Options.ElectionTimeoutMillis), () => WithoutLeader, Ended)
            : ValueTask.CompletedTask;
    }

    /// <summary>The caller is whom it says it is, and may make such a call. Throws where not.</summary>
    public ValueTask AdmitCallerAsync(EtcdMethod method)
    {
        if (method.Need == CallerNeed.Nobody || method is StreamingMethod)
            return ValueTask.CompletedTask;
        var who = WhoAsync(showsData: !method.TellsOfNode);
        if (!who.IsCompletedSuccessfully)
            return LaterAsync(who);
        Admitted(method, who.Result);
        return ValueTask.CompletedTask;

        async ValueTask LaterAsync(ValueTask<CallerNode> asked) => Admitted(method, await asked);
    }

    /// <summary>
    /// The node as the caller may use it now. Throws <see cref="LutraException"/>: invalid token, unavailable. A request that came through etcd's gateway shows the
    /// gateway's certificate, so that one says nothing.
    /// </summary>
    public ValueTask<CallerNode> WhoAsync(bool showsData = true)
    {
        if (node is { HasCaughtUp: true, Auth.IsEnabled: false })
            return new(node.As(Caller.Nobody));
        var token = metadata("token") ?? (metadata("authorization") is { } header ? Credentials.WithoutBearer(header) : null);
        return Face.Door.AdmitAsync(node, new Credentials(token, null, null, metadata("grpcgateway-accept") is null ? certificate : null), showsData, Ended);
    }

    // etcd's clients see etcd's refusal alone; this project's see who may do it instead.
    private GrpcException ForAnother(GrpcException refusal, string inOurWords) =>
        new(refusal.Code, refusal.Message) { Refusal = new LutraException(LutraError.Unavailable, inOurWords) { Leader = node.LeaderElsewhere } };

    private void Admitted(EtcdMethod method, CallerNode caller)
    {
        Node = caller;
        if (!node.Auth.IsEnabled)
            return;
        if (method.Need == CallerNeed.Root)
            caller.CheckRoot();
        else if (method.Need == CallerNeed.User || caller.Caller.Kind == CallerKind.Nobody)
            caller.CheckUser();
    }

    public void Send(IMessage message)
    {
        var target = Reply.Begin(message.CalculateSize());
        message.WriteTo(target);
    }

    private static string Checked(string key) => key.Length > 0 && System.Text.Encoding.UTF8.GetByteCount(key) <= WriteOptions.IdempotencyKeyBytesMax
        ? key
        : throw new GrpcException(GrpcStatusCode.InvalidArgument, $"lutra: an idempotency key has from 1 to {WriteOptions.IdempotencyKeyBytesMax} bytes");
}
