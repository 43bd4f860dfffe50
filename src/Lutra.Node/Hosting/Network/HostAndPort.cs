using System.Globalization;
using System.Net;

namespace Lutra.Node.Hosting.Network;

/// <summary>An address as people write it, "host:port", ":port" (localhost) or "[::1]:port", taken apart for the operating system.</summary>
internal readonly record struct HostAndPort(string Host, int Port)
{
    /// <exception cref="FormatException">The text is none of these.</exception>
    public static HostAndPort Parse(string address)
    {
        var colon = address.LastIndexOf(':');
        if (colon < 0 || !int.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > 65_535)
            throw new FormatException($"'{address}' is no address: host:port is expected.");

        var host = address[..colon];
        return new HostAndPort(host.Length == 0 ? "localhost" : host.Trim('[', ']'), port);
    }

    /// <summary>Every address of the host, in the order of the resolver.</summary>
    public async Task<IPAddress[]> ResolveAsync(CancellationToken cancellationToken) =>
        IPAddress.TryParse(Host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(Host, cancellationToken);
}
