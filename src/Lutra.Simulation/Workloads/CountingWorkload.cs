using Lutra.Simulation.Cluster;

namespace Lutra.Simulation.Workloads;

/// <summary>Each client counts upwards in a key of its own. The cheapest workload, and the first to see a lost or an old value.</summary>
internal sealed class CountingWorkload : IWorkload
{
    public const string Title = "counting";

    private readonly CountingClient[] clients;

    public CountingWorkload(WorkloadSetting setting) =>
        clients = [.. Enumerable.Range(1, setting.Clients).Select(number => new CountingClient(setting, number, found => Violation ??= found))];

    public string Name => Title;

    public string? Violation { get; private set; }

    public bool IsQuiet => clients.All(client => client.IsQuiet);

    public long Done => clients.Sum(client => client.Done);

    public long Unknown => clients.Sum(client => client.Unknown);

    public void Begin()
    {
        foreach (var client in clients)
            client.Begin();
    }

    public void Stop()
    {
        foreach (var client in clients)
            client.Stop();
    }

    public void ReadBack(IReadOnlyList<SimulatedNode> nodes)
    {
        foreach (var client in clients)
            client.ReadBack(nodes);
    }

    public string? Judge() => Violation;
}
