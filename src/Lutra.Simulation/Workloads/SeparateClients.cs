using Lutra.Simulation.Cluster;

namespace Lutra.Simulation.Workloads;

/// <summary>A workload of clients that have nothing to do with each other: each judges what it sees by itself.</summary>
internal sealed class SeparateClients : IWorkload
{
    private readonly IWorkloadClient[] clients;

    /// <param name="create">Makes the client of this number, from 1 on, which tells what must never happen and did.</param>
    public SeparateClients(string name, WorkloadSetting setting, Func<int, Action<string>, IWorkloadClient> create)
    {
        Name = name;
        clients = [.. Enumerable.Range(1, setting.Clients).Select(number => create(number, found => Violation ??= found))];
    }

    public string Name { get; }

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
