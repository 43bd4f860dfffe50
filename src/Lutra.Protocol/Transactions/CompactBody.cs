namespace Lutra.Protocol;

/// <summary>Asks to forget what was overwritten or deleted before a revision.</summary>
public sealed record CompactBody
{
    public required long Revision { get; init; }
}

/// <param name="Revision">The store's revision.</param>
public sealed record CompactReply(long Revision);
