using System.Text;
using Lutra.Keyspace.Commands;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Runs;

/// <summary>A new write through each of some nodes, which all work now: each is tried until it is acknowledged.</summary>
internal sealed class NewWrites
{
    private static readonly TimeSpan pause = TimeSpan.FromMilliseconds(100);

    private readonly SimulatedScheduler scheduler;
    private readonly SortedSet<string> open = new(StringComparer.Ordinal);

    public NewWrites(SimulatedScheduler scheduler, IEnumerable<SimulatedNode> nodes)
    {
        this.scheduler = scheduler;
        foreach (var node in nodes)
        {
            open.Add(node.Label);
            Try(node);
        }
    }

    public bool AreAcknowledged => open.Count == 0;

    /// <summary>Through which nodes there is none yet.</summary>
    public string Open => string.Join(' ', open);

    private void Try(SimulatedNode node)
    {
        var put = new PutOperation(Encoding.UTF8.GetBytes($"new/{node.Label}"), "written after all faults"u8.ToArray());
        node.Requests.Write(new WriteCommand(put), idempotencyKey: null, ending =>
        {
            if (ending.IsDone)
                open.Remove(node.Label);
            else
                scheduler.After(pause, () => Try(node));
        });
    }
}
