namespace Lutra;

public enum Consistency
{
    /// <summary>Sees every write that was acknowledged before the read began, on any node.</summary>
    Linearizable,

    /// <summary>What this node has applied; may be old. The answer says its revision.</summary>
    Local,
}

/// <summary>How a read is done.</summary>
public readonly record struct ReadOptions(Consistency Consistency = Consistency.Linearizable);

/// <summary>
/// How a write is done. With an <see cref="IdempotencyKey"/> a repeat of the same request within 24 hours has no further effect and
/// gets the same answer; with the same key another request is refused.
/// </summary>
public readonly record struct WriteOptions(string? IdempotencyKey = null)
{
    /// <summary>The longest idempotency key, in bytes of UTF-8.</summary>
    public const int IdempotencyKeyBytesMax = 128;
}
