namespace Lutra.Protocol;

/// <summary>The headers that are ours, and the protocol that peers upgrade to.</summary>
public static class LutraHeaders
{
    /// <summary>In answers: the revision of the store that a read saw or a write made.</summary>
    public const string Revision = "Lutra-Revision";

    /// <summary>In writes: a repeat with the same key has no further effect and gets the same answer.</summary>
    public const string IdempotencyKey = "Idempotency-Key";

    /// <summary>In calls of etcd's API: who asks is this project's client, and wants to hear what etcd has no words for. In lower case, as HTTP/2 has them.</summary>
    public const string GrpcClient = "lutra-client";

    /// <summary>In answers to such calls: the version of the server, which is ours and knows idempotency keys.</summary>
    public const string GrpcServer = "lutra-version";

    /// <summary>Beside the status of such a call: one of <see cref="ProblemCodes"/>.</summary>
    public const string GrpcErrorCode = "lutra-error";

    /// <summary>Beside it: the reason in our own words, percent-encoded.</summary>
    public const string GrpcErrorDetail = "lutra-detail";

    /// <summary>Beside it: the label of the leader, percent-encoded, where the refusal knows it.</summary>
    public const string GrpcLeader = "lutra-leader";

    /// <summary>Beside that: where clients reach it (<c>host:port</c>), percent-encoded, where it has said so.</summary>
    public const string GrpcLeaderAddress = "lutra-leader-address";

    /// <summary>The value of <c>Upgrade</c> with which peers open <c>GET /raft/stream</c>.</summary>
    public const string PeerProtocol = "lutra-raft";
}
