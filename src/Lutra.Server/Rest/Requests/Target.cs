namespace Lutra.Server.Rest.Requests;

/// <summary>
/// The request's target as it came over the wire, cut at its marks and decoded nowhere. Kestrel's own path cannot tell <c>%2F</c> from <c>%252F</c> and
/// collapses <c>a/../b</c>, so no key may be taken from there.
/// </summary>
/// <param name="Route">The first segment below the mount: <c>key</c> in <c>/key/a/b</c>.</param>
/// <param name="Rest">What follows it, without the slash between: <c>a/b</c>. Null where there is no slash.</param>
/// <param name="Query">What follows the question mark; empty where there is none.</param>
internal readonly record struct Target(ReadOnlyMemory<char> Route, ReadOnlyMemory<char>? Rest, ReadOnlyMemory<char> Query)
{
    /// <summary>Cuts a target below <paramref name="mount"/>, a path without a slash at its end. False where it does not lie there.</summary>
    public static bool TryCut(string rawTarget, string mount, out Target target)
    {
        target = default;
        var text = rawTarget.AsMemory();

        // The absolute form, as proxies send it: http://host/path.
        if (!text.Span.StartsWith("/"))
        {
            var scheme = text.Span.IndexOf("://", StringComparison.Ordinal);
            if (scheme < 0)
                return false;
            var path = text.Span[(scheme + 3)..].IndexOf('/');
            if (path < 0)
                return false;
            text = text[(scheme + 3 + path)..];
        }

        var query = ReadOnlyMemory<char>.Empty;
        if (text.Span.IndexOf('?') is >= 0 and var mark)
        {
            query = text[(mark + 1)..];
            text = text[..mark];
        }

        if (!text.Span.StartsWith(mount, StringComparison.Ordinal) || text.Length <= mount.Length || text.Span[mount.Length] != '/')
            return false;
        text = text[(mount.Length + 1)..];
        var slash = text.Span.IndexOf('/');
        target = slash < 0
            ? new Target(text, null, query)
            : new Target(text[..slash], text[(slash + 1)..], query);
        return true;
    }
}
