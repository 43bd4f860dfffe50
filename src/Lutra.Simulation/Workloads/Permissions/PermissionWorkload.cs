using Lutra.Simulation.Cluster;

namespace Lutra.Simulation.Workloads.Permissions;

/// <summary>
/// Users are asked for, and each client is one, whose rights, roles, password and tokens come and go while it reads and writes (pitfall K06). All other workloads of
/// the world go on as the program that a node is embedded in.
/// </summary>
internal sealed class PermissionWorkload : IWorkload
{
    public const string Title = "permissions";

    private readonly AuthSwitch authSwitch;

    public PermissionWorkload(WorkloadSetting setting)
    {
        var book = new PermissionBook();
        authSwitch = new AuthSwitch(setting, book);
        Clients = [.. Enumerable.Range(1, setting.Clients).Select(number => new PermissionClient(setting, number, book, found => Violation ??= found))];
    }

    public string Name => Title;

    public IReadOnlyList<PermissionClient> Clients { get; }

    public string? Violation { get; private set; }

    public bool IsQuiet => authSwitch.IsQuiet && Clients.All(client => client.IsQuiet);

    public long Done => Clients.Sum(client => client.Done);

    public long Unknown => Clients.Sum(client => client.Unknown);

    public void Begin()
    {
        authSwitch.Begin();
        foreach (var client in Clients)
            client.Begin();
    }

    public void Stop()
    {
        authSwitch.Stop();
        foreach (var client in Clients)
            client.Stop();
    }

    public void ReadBack(IReadOnlyList<SimulatedNode> nodes)
    {
        foreach (var client in Clients)
            client.ReadBack(nodes);
    }

    public string? Judge() => Violation;
}
