using Lutra.Protocol;

namespace Lutra.Server.Rest.Replies;

/// <summary>Where the leader is, as a URL: nodes know each other's addresses, and speak to clients what is spoken here.</summary>
internal static class LeaderLink
{
    public static LeaderReply Of(LeaderHint leader, string scheme) => new(leader.Label, leader.Label, UrlOf(scheme, leader.Address));

    private static string? UrlOf(string scheme, string? address)
    {
        if (string.IsNullOrEmpty(address))
            return null;
        return address.Contains("://", StringComparison.Ordinal) ? address : $"{scheme}://{address}";
    }
}
