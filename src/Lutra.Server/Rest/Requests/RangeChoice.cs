using Lutra.Server.Rest.Replies;

namespace Lutra.Server.Rest.Requests;

/// <summary>The three ways to say which keys: one key, a prefix, or from here to there.</summary>
internal static class RangeChoice
{
    /// <summary>The range; null where nothing was said. Refuses two ways at once, an empty key, and keys beyond their limit.</summary>
    public static KeyRange? Of(byte[]? key, byte[]? prefix, byte[]? from, byte[]? to)
    {
        var isRange = from is not null || to is not null;
        var ways = (key is null ? 0 : 1) + (prefix is null ? 0 : 1) + (isRange ? 1 : 0);
        if (ways == 0)
            return null;
        if (ways > 1)
            throw new RefusedException(Problem.Malformed("Give a key, a prefix, or 'from' and 'to': one of the three."));
        CheckSizes(key, prefix, from, to);
        if (key is not null)
            return key.Length > 0 ? KeyRange.Single(key) : throw new RefusedException(Problem.KeyRequired);
        if (prefix is not null)
            return KeyRange.Prefix(prefix);
        if (to is { Length: 0 })
            throw new RefusedException(Problem.Malformed("'to' is empty, and no key comes before the empty one. Leave it out to reach the end."));
        return new KeyRange(from ?? [], to ?? []);
    }

    // A bound may have one byte more than a key: the first key behind the longest is that key with a zero byte.
    private static void CheckSizes(byte[]? key, byte[]? prefix, byte[]? from, byte[]? to)
    {
        RestCall.CheckKeySize(key?.Length ?? 0);
        RestCall.CheckKeySize(prefix?.Length ?? 0);
        RestCall.CheckKeySize((from?.Length ?? 0) - 1);
        RestCall.CheckKeySize((to?.Length ?? 0) - 1);
    }
}
