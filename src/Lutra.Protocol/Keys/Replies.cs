namespace Lutra.Protocol;

/// <summary>The answer to a put.</summary>
/// <param name="Revision">The revision that the write made.</param>
/// <param name="Previous">What was there before, if it was asked for and there was something.</param>
public sealed record PutReply(long Revision, KeyValueBody? Previous = null)
{
    /// <summary>For clients that only look whether it went well.</summary>
    public bool Success { get; init; } = true;
}

/// <summary>The answer to a put that was done before under the same <c>client_id</c> and <c>request_id</c>, with something else: that stays.</summary>
public sealed record DuplicateReply
{
    public bool Success { get; init; } = true;

    public bool Duplicate { get; init; } = true;
}

/// <summary>The answer to a write under <c>/kv</c>.</summary>
public sealed record KvReply(string Status, long Revision, long? Deleted = null);

/// <summary>The answer to a delete.</summary>
/// <param name="Revision">The store's revision; unchanged where nothing was there to delete.</param>
/// <param name="Deleted">How many keys were deleted.</param>
/// <param name="Previous">What they held, if it was asked for.</param>
public sealed record DeleteReply(long Revision, long Deleted, IReadOnlyList<KeyValueBody>? Previous = null);

/// <summary>A page of keys, in order.</summary>
/// <param name="Revision">The store's revision when it was read.</param>
/// <param name="Count">The live keys in the range, however many are on this page.</param>
/// <param name="More">There are more keys than are on this page.</param>
/// <param name="Next">Where there are more: give it as <c>after</c> to get the next page. <paramref name="NextBase64"/> where it is not UTF-8.</param>
public sealed record PageReply(
    long Revision, long Count, bool More, IReadOnlyList<KeyValueBody> Keys, string? Next = null, byte[]? NextBase64 = null);
