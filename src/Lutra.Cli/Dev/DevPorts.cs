using System.Net;
using System.Net.NetworkInformation;

namespace Lutra.Cli.Dev;

/// <summary>
/// The ports of a development cluster: 2379, 2381, 2383 and so on, or the next free ones. Its members know each other by address, so the ports
/// of a folder are written down in it and stay.
/// </summary>
internal static class DevPorts
{
    private const string FileName = "ports";
    private const int First = 2379;

    public static IReadOnlyList<int> Choose(string folder, int nodes)
    {
        var path = Path.Combine(folder, FileName);
        var inUse = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(endpoint => endpoint.Port).ToHashSet();
        if (File.Exists(path))
            return Kept(path, nodes, inUse);

        var ports = new List<int>();
        for (var port = First; ports.Count < nodes; port += 2)
        {
            if (port > IPEndPoint.MaxPort)
                throw new IOException("There are not enough free ports on this machine.");
            if (!inUse.Contains(port))
                ports.Add(port);
        }

        File.WriteAllLines(path, ports.Select(port => $"{port}"));
        return ports;
    }

    private static List<int> Kept(string path, int nodes, HashSet<int> inUse)
    {
        var ports = new List<int>();
        foreach (var line in File.ReadLines(path))
            ports.Add(int.TryParse(line, out var port) && port is > 0 and <= IPEndPoint.MaxPort ? port : throw new IOException($"{path} does not hold ports; delete the folder to begin anew."));
        if (ports.Count != nodes)
            throw new IOException($"{Path.GetDirectoryName(path)} holds a cluster of {ports.Count} nodes, not {nodes}: say --nodes {ports.Count}, another --dir, or delete the folder.");
        if (ports.Find(inUse.Contains) is > 0 and var taken)
            throw new IOException($"Port {taken} of this cluster is in use: is another \"lutra dev\" running? Stop it, or say another --dir.");
        return ports;
    }
}
