using System.Globalization;
using System.Text;
using Lutra.Node.Watches;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Workloads;

/// <summary>Thousands of watches of keys that nobody ever writes: they cost little, and are told nothing.</summary>
/// <param name="violated">Something that must never happen.</param>
internal sealed class IdleWatches(WorkloadSetting setting, Action<string> violated)
{
    private const int CountMax = 10_000;

    private readonly List<(SimulatedNode Node, SimulatedProcess Process, Watcher Watcher)> open = [];
    private int opened;

    /// <summary>Opens so many more, all at one node.</summary>
    public void Open(SimulatedNode node, int count)
    {
        var process = node.Process!;
        process.After(TimeSpan.Zero, () =>
        {
            for (; count > 0 && opened < CountMax && node.Loop?.Replica is { } replica; count--)
            {
                try
                {
                    var watcher = replica.Watches.Open(new WatchOperation(KeyRange.Single(KeyOf(opened++))), default, () => { });
                    open.Add((node, process, watcher));
                    Look(node, watcher);
                }
                catch (LutraException refusal) when (refusal.Error is LutraError.Overloaded or LutraError.Stopped)
                {
                    return;
                }
            }
        });
    }

    /// <summary>Looks into each whose node lives on.</summary>
    public void LookAtAll()
    {
        foreach (var (node, process, watcher) in open)
        {
            if (process is { IsAlive: true, IsPaused: false })
                process.After(TimeSpan.Zero, () => Look(node, watcher));
        }
    }

    private void Look(SimulatedNode node, Watcher watcher)
    {
        try
        {
            while (watcher.TryTake() is { } batch)
            {
                if (!batch.Events.IsEmpty)
                    violated($"I11: a watch of a key that nobody writes was told of {batch.Events.Length} changes (on node {node.Label} at {setting.Scheduler.Now})");
            }
        }
        catch (LutraException)
        {
            // Compacted meanwhile, or the node stops.
        }
        catch (IOException)
        {
            // A damaged disk.
        }
    }

    private static byte[] KeyOf(int number) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"nobody/{number}"));
}
