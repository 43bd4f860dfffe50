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
    private readonly Func<SimulatedNode, bool> belongs;
    private readonly SortedDictionary<string, SimulatedNode> open = new(StringComparer.Ordinal);

    /// <param name="scheduler">Says when to try again.</param>
    /// <param name="nodes">The nodes.</param>
    /// <param name="belongs">False for one that was removed meanwhile: nothing is demanded of it any more.</param>
    public NewWrites(SimulatedScheduler scheduler, IEnumerable<SimulatedNode> nodes, Func<SimulatedNode, bool> belongs)
    {
        this.scheduler = scheduler;
        this.belongs = belongs;
        foreach (var node in nodes)
        {
            open.Add(node.Label, node);
            Try(node);
        }
    }

    public bool AreAcknowledged => !open.Values.Any(belongs);

    /// <summary>Through which nodes there is none yet.</summary>
    public string Open => string.Join(' ', open.Values.Where(belongs).Select(node => node.Label));

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
