namespace Lutra;

/// <summary>What a permission allows.</summary>
public enum PermissionKind
{
    Read,
    Write,
    ReadWrite,
}

/// <summary>What the holders of a role may do with a range of keys.</summary>
/// <param name="Range">
/// One key, or from a key to another; an empty end is the end of the store. It begins with a key of at least one byte: <see cref="Everything"/> begins with
/// the smallest.
/// </param>
public sealed record Permission(PermissionKind Kind, KeyRange Range)
{
    /// <summary>Every key that there can be.</summary>
    public static readonly KeyRange Everything = new(new byte[1], ReadOnlyMemory<byte>.Empty);

    /// <summary>Equal where the bytes are.</summary>
    public bool Equals(Permission? other) =>
        other is not null && Kind == other.Kind && Range.From.Span.SequenceEqual(other.Range.From.Span) && Range.End is null == other.Range.End is null
        && (Range.End is not { } end || end.Span.SequenceEqual(other.Range.End!.Value.Span));

    public override int GetHashCode() => HashCode.Combine(Kind, Range.From.Length, Range.End?.Length);
}
