namespace Lutra;

/// <summary>
/// Keys from <see cref="From"/> on, in unsigned byte order. <see cref="End"/> null: that one key. Else up to, and without, it; an
/// empty <see cref="End"/> means "to the end of the store". Where <see cref="End"/> is at or below <see cref="From"/> nothing is in it.
/// </summary>
public readonly record struct KeyRange(ReadOnlyMemory<byte> From, ReadOnlyMemory<byte>? End)
{
    public static readonly KeyRange All = new(ReadOnlyMemory<byte>.Empty, ReadOnlyMemory<byte>.Empty);

    public bool IsSingleKey => End is null;

    public static KeyRange Single(ReadOnlyMemory<byte> key) => new(key, null);

    /// <summary>Every key that starts with <paramref name="prefix"/>; all keys where it is empty.</summary>
    public static KeyRange Prefix(ReadOnlyMemory<byte> prefix)
    {
        // The first key past the prefix: its last byte that is not 0xff, plus one.
        var end = prefix.ToArray();
        for (var length = end.Length; length > 0; length--)
        {
            if (end[length - 1] == 0xff)
                continue;
            end[length - 1]++;
            return new KeyRange(prefix, end.AsMemory(0, length));
        }

        return new KeyRange(prefix, ReadOnlyMemory<byte>.Empty);
    }

    public bool Contains(ReadOnlySpan<byte> key)
    {
        if (End is not { } end)
            return key.SequenceEqual(From.Span);
        return key.SequenceCompareTo(From.Span) >= 0 && (end.IsEmpty || key.SequenceCompareTo(end.Span) < 0);
    }
}
