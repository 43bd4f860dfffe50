using Lutra.Acceptance.Processes;

namespace Lutra.Acceptance.Links;

/// <summary>A network namespace for each node, joined by a bridge on which the tests stand too: packets are dropped by the kernel, and no proxy is between.</summary>
internal sealed class NamespaceNetwork : IDisposable
{
    public const int Port = 2379;

    // Names of interfaces have 15 characters at most.
    private readonly string name = $"lt{Environment.ProcessId % 10_000}x{Random.Shared.Next(100)}";
    private readonly string subnet = $"10.213.{Random.Shared.Next(1, 255)}";
    private readonly int nodes;

    private NamespaceNetwork(int nodes) => this.nodes = nodes;

    public static NamespaceNetwork Create(int nodes)
    {
        var network = new NamespaceNetwork(nodes);
        var (code, said) = network.Build();
        if (code != 0)
        {
            network.Dispose();
            Tools.NotRun($"no network namespaces can be made here: {said.Trim()}");
        }

        return network;
    }

    public string HostOf(int node) => $"{subnet}.{node + 1}";

    /// <summary>What runs a program inside the node's namespace.</summary>
    public string[] EnterOf(int node) => ["ip", "netns", "exec", SpaceOf(node)];

    /// <summary>The node's cable is out, or in again.</summary>
    public void Plug(int node, bool isIn) => Must(Tool.Run("ip", "link", "set", CableOf(node), isIn ? "up" : "down"));

    /// <summary>What the node sends to another is dropped; it still hears it.</summary>
    public void Mute(int from, int to) => Must(Tool.Run("ip", "-n", SpaceOf(from), "route", "add", "blackhole", HostOf(to)));

    public void Unmute(int from, int to) => Must(Tool.Run("ip", "-n", SpaceOf(from), "route", "del", "blackhole", HostOf(to)));

    public void Dispose()
    {
        for (var node = 0; node < nodes; node++)
            Tool.Run("ip", "netns", "del", SpaceOf(node));
        for (var node = 0; node < nodes; node++)
            Tool.Run("ip", "link", "del", CableOf(node));
        Tool.Run("ip", "link", "del", name);
    }

    private (int ExitCode, string Output) Build()
    {
        List<string> steps = [$"link add {name} type bridge", $"addr add {subnet}.254/24 dev {name}", $"link set {name} up"];
        for (var node = 0; node < nodes; node++)
        {
            steps.AddRange(
            [
                $"netns add {SpaceOf(node)}",
                $"link add {CableOf(node)} type veth peer name eth0 netns {SpaceOf(node)}",
                $"link set {CableOf(node)} master {name} up",
                $"-n {SpaceOf(node)} addr add {HostOf(node)}/24 dev eth0",
                $"-n {SpaceOf(node)} link set eth0 up",
                $"-n {SpaceOf(node)} link set lo up",
            ]);
        }

        foreach (var step in steps)
        {
            if (Tool.Run("ip", step.Split(' ')) is { ExitCode: not 0 } failed)
                return failed;
        }

        return (0, "");
    }

    private static void Must((int ExitCode, string Output) done) => Assert.True(done.ExitCode == 0, done.Output);

    private string SpaceOf(int node) => $"{name}n{node + 1}";

    private string CableOf(int node) => $"{name}v{node + 1}";
}
