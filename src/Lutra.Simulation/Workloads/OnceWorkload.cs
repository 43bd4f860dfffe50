using Lutra.Simulation.Cluster;

namespace Lutra.Simulation.Workloads;

/// <summary>
/// Writes that are tried again as the production client's retry policy says, through one node after another, half of them under an idempotency key. Each write
/// makes a key of its own, so that what became of it shows: done exactly once where it was acknowledged, at most once where nobody knows, not at all where
/// every try was certainly not done (I13; pitfalls C01, C02, C03, C07).
/// </summary>
internal sealed class OnceWorkload : IWorkload
{
    public const string Title = "once";

    private readonly OnceClient[] clients;

    public OnceWorkload(WorkloadSetting setting) =>
        clients = [.. Enumerable.Range(1, setting.Clients).Select(number => new OnceClient(setting, number, found => Violation ??= found))];

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
