using Lutra.Simulation.Cluster;

namespace Lutra.Simulation.Workloads;

/// <summary>
/// Each client counts under a session and tries every step again, through one node after another, until it is told that it is done: it is done once (I13,
/// pitfall C01). Sessions are short, so that some end in between.
/// </summary>
internal sealed class SessionWorkload : IWorkload
{
    public const string Title = "sessions";

    private readonly SessionClient[] clients;

    public SessionWorkload(WorkloadSetting setting) =>
        clients = [.. Enumerable.Range(1, setting.Clients).Select(number => new SessionClient(setting, number, found => Violation ??= found))];

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
