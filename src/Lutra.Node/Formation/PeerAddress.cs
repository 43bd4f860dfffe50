using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Lutra.Node.Formation;

/// <summary>A host and a port in one spelling: lower case, IPv6 in brackets and shortened, "localhost" where no host was given.</summary>
internal readonly record struct PeerAddress(string Host, int Port)
{
    private const int HostLengthMax = 253;

    /// <summary>Reads "host:port", "[ipv6]:port" or ":port"; null, and why, where <paramref name="text"/> is none of them.</summary>
    public static PeerAddress? TryParse(string text, out string? error)
    {
        error = null;
        var colon = text.LastIndexOf(':');
        if (text.Contains("://", StringComparison.Ordinal))
            error = "leave out what stands before the host: host:port is all";
        else if (colon < 0)
            error = "the port is missing: host:port";
        else if (!int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65_535)
            error = $"'{text[(colon + 1)..]}' is no port: it is a number from 1 to 65535";
        else if (Normal(text[..colon], out error) is { } host)
            return new PeerAddress(host, port);
        return null;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");

    private static string? Normal(string host, out string? error)
    {
        error = null;
        if (host.Length == 0)
            return "localhost";
        if (host is ['[', .. var inner, ']'])
        {
            if (IPAddress.TryParse(inner, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6)
                return $"[{address}]";
            error = $"'{inner}' is no IPv6 address";
        }
        else if (host.Contains(':', StringComparison.Ordinal))
            error = "an IPv6 address stands in brackets: [::1]:2379";
        else if (host.Length > HostLengthMax)
            error = $"a host name has at most {HostLengthMax} characters";
        else if (host.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '_'))
            return host.ToLowerInvariant();
        else
            error = $"'{host}' is no host name";
        return null;
    }
}
