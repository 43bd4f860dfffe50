using System.Net;
using System.Net.NetworkInformation;
using Lutra.Cli.Settings;

namespace Lutra.Cli.Serve;

/// <summary>Where a node is reached, from the several ways of saying it: --addr, --port, and --raft-addr alone.</summary>
/// <param name="Client">host:port for clients.</param>
/// <param name="Peer">A separate address for peers; null: the same.</param>
/// <param name="Origin">Where the address for clients was given, as a person knows it.</param>
/// <param name="Note">What was chosen for the user; null where nothing was.</param>
internal sealed record ServeAddress(string Client, string? Peer, string Origin, string? Note)
{
    private const int RestPort = 8080;
    private const int PortsTried = 100;

    public static ServeAddress From(SettingSource source, string otherwise, List<string> errors)
    {
        var address = source.Find("addr");
        var port = source.Find("port");
        var peer = source.Find("peer-addr");
        var raft = source.Find("raft-addr");
        if (address is not null && port is not null)
            errors.Add($"{address.Origin} and {port.Origin} both say where the node is: give one of them.");
        if (peer is not null && raft is not null)
            errors.Add($"{peer.Origin} and {raft.Origin} both say where peers reach the node: give one of them.");
        if (raft is not null && address is null && port is null)
            return RestBeside(WithHost(raft.Text));
        var client = address is not null ? WithHost(address.Text) : port is not null ? $"localhost:{source.Number("port", RestPort, 1, IPEndPoint.MaxPort)}" : otherwise;
        var peers = (peer ?? raft) is { } separate ? WithHost(separate.Text) : null;
        return new ServeAddress(client, peers == client ? null : peers, (address ?? port)?.Origin ?? "--addr", null);
    }

    /// <summary>An address without a host means this machine alone; all interfaces are 0.0.0.0 or [::].</summary>
    public static string WithHost(string address) => address.StartsWith(':') ? "localhost" + address : address;

    /// <summary>Nobody asked for a port for clients: the usual one, or the next that is free.</summary>
    private static ServeAddress RestBeside(string peers)
    {
        var taken = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(endpoint => endpoint.Port).ToHashSet();
        for (var port = RestPort; port < RestPort + PortsTried; port++)
        {
            if (!taken.Contains(port) && !peers.EndsWith($":{port}", StringComparison.Ordinal))
                return new ServeAddress($"localhost:{port}", peers, "--raft-addr", port == RestPort ? null : $"REST is at localhost:{port}: {RestPort} is taken, and --addr was not given.");
        }

        return new ServeAddress($"localhost:{RestPort}", peers, "--raft-addr", null);
    }
}
