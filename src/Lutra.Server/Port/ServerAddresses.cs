namespace Lutra.Server.Port;

/// <summary>Where a server listens.</summary>
/// <param name="Clients">At least one.</param>
/// <param name="Metrics">Where there are only numbers and health.</param>
internal sealed record ServerAddresses(IReadOnlyList<ListenAddress> Clients, IReadOnlyList<ListenAddress> Metrics)
{
    // What a probe or a collector asks for.
    private static readonly string[] MetricsPaths = ["/metrics", "/health", "/livez", "/readyz", "/version"];

    public ListenAddress First => Clients[0];

    /// <summary>Throws <see cref="FormatException"/> for an address that is none, <see cref="ListenException"/> for one at which it must not listen.</summary>
    public static ServerAddresses Of(LutraServerOptions options)
    {
        var addresses = new ServerAddresses(
            [ListenAddress.Parse(options.Address), .. options.MoreAddresses.Select(ListenAddress.Parse)], [.. options.MetricsAddresses.Select(ListenAddress.Parse)]);
        var open = addresses.Clients.FirstOrDefault(address => !address.IsLoopback);
        return open is not null && !options.InsecureListen && options.Tls is null ? throw ListenException.NotLoopback(open) : addresses;
    }

    /// <summary>Whether a request at <paramref name="localPort"/> may be for <paramref name="path"/>.</summary>
    public bool Serves(int localPort, string path) =>
        Metrics.All(address => address.Port != localPort)
        || MetricsPaths.Any(one => path == one || (path.StartsWith(one, StringComparison.Ordinal) && path[one.Length] == '/'));
}
