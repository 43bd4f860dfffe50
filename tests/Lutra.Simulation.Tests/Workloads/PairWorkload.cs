using System.Text;
using Lutra.Keyspace.Commands;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Workloads;

namespace Lutra.Simulation.Tests.Workloads;

/// <summary>Clients write one value to two keys at once, and read both: whoever reads finds them equal.</summary>
internal sealed class PairWorkload : IWorkload
{
    private readonly PairClient[] clients;

    public PairWorkload(WorkloadSetting setting) =>
        clients = [.. Enumerable.Range(1, setting.Clients).Select(number => new PairClient(setting, number, found => Violation ??= found))];

    public string Name => "pairs";

    public string? Violation { get; private set; }

    public bool IsQuiet => clients.All(client => client.IsQuiet);

    public long Done => clients.Sum(client => client.Done);

    public long Unknown => clients.Sum(client => client.Unknown);

    public void Begin() => Array.ForEach(clients, client => client.Begin());

    public void Stop() => Array.ForEach(clients, client => client.Stop());

    public void ReadBack(IReadOnlyList<SimulatedNode> nodes) => clients[0].ReadBack(nodes);

    public string? Judge() => Violation;
}

internal sealed class PairClient(WorkloadSetting setting, int number, Action<string> violated) : SequentialClient(setting, $"pair client {number}")
{
    private static readonly byte[] left = "pair/left"u8.ToArray(), right = "pair/right"u8.ToArray();

    public void ReadBack(IReadOnlyList<SimulatedNode> nodes) => ThroughEach(nodes, Look);

    protected override void Act(SimulatedNode node)
    {
        if (Random.Next(2) == 0)
            Look(node, Again);
        else
            Write(node, new WriteCommand(Both($"client {number} at {Now}")), _ => Again());
    }

    private void Look(SimulatedNode node, Action then) => Read(node, new RangeOperation(KeyRange.Prefix("pair/"u8.ToArray())), ending =>
    {
        if (ending.Result is RangeResult found && found.KeyValues.Select(pair => Encoding.UTF8.GetString(pair.Value.Span)).Distinct().Count() > 1)
            violated($"P1: node {node.Label} has two values in one pair (at {Now})");
        then();
    });

    private static TransactionOperation Both(string value) =>
        new([], [new PutOperation(left, Encoding.UTF8.GetBytes(value)), new PutOperation(right, Encoding.UTF8.GetBytes(value))], []);
}
