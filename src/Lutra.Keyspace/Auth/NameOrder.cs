namespace Lutra.Keyspace.Auth;

/// <summary>The order of names' bytes in UTF-8, as etcd's: that of their code points.</summary>
public sealed class NameOrder : IComparer<string>
{
    public static readonly NameOrder Instance = new();

    private NameOrder()
    {
    }

    public int Compare(string? x, string? y)
    {
        var left = x.AsSpan();
        var right = y.AsSpan();
        var same = left.CommonPrefixLength(right);
        if (same == left.Length || same == right.Length)
            return left.Length.CompareTo(right.Length);
        var (a, b) = (left[same], right[same]);

        // A surrogate is half of a code point above all that take one char, though its own number is below some of those.
        return char.IsSurrogate(a) == char.IsSurrogate(b) ? a.CompareTo(b) : char.IsSurrogate(a) ? 1 : -1;
    }
}
