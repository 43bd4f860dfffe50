namespace Lutra.Protocol;

/// <summary>The headers that are ours, and the protocol that peers upgrade to.</summary>
public static class LutraHeaders
{
    /// <summary>In answers: the revision of the store that a read saw or a write made.</summary>
    public const string Revision = "Lutra-Revision";

    /// <summary>In writes: a repeat with the same key has no further effect and gets the same answer.</summary>
    public const string IdempotencyKey = "Idempotency-Key";

    /// <summary>The value of <c>Upgrade</c> with which peers open <c>GET /raft/stream</c>.</summary>
    public const string PeerProtocol = "lutra-raft";
}
