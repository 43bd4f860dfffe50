using Lutra.Server.Etcd.Errors;

namespace Lutra.Server.Etcd.Cluster;

/// <summary>Addresses of members: URLs to etcd's clients, host:port here.</summary>
internal static class PeerUrls
{
    /// <summary>The one address that the URLs name. Throws where they are none, or more than one: a member has one address.</summary>
    public static string ToAddress(IReadOnlyList<string> urls)
    {
        var addresses = urls.Select(ToAddress).Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
        return addresses is [var one] ? one : throw EtcdErrors.BadMemberUrls;
    }

    private static string ToAddress(string url)
    {
        // The port is looked for by hand: Uri leaves one out that is the scheme's own, and etcd wants it said.
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0
            || uri.PathAndQuery != "/" || uri.UserInfo.Length > 0 || uri.Fragment.Length > 0 || !HasPort(url))
            throw EtcdErrors.BadMemberUrls;
        return $"{uri.Host}:{uri.Port}";
    }

    private static bool HasPort(string url)
    {
        var authority = url.AsSpan(url.IndexOf("://", StringComparison.Ordinal) + 3).TrimEnd('/');
        var colon = authority.LastIndexOf(':');
        return colon >= 0 && colon < authority.Length - 1 && !authority[(colon + 1)..].ContainsAnyExceptInRange('0', '9');
    }
}
