using Lutra.Simulation.Cluster;
using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Runs.Faults;

/// <summary>
/// A process gets little of its machine: again and again it stands still for some milliseconds and runs for one or two, ten to a hundred times as slow as the
/// others. It is not dead enough to be given up, and too slow to keep up.
/// </summary>
internal sealed class SlowNodeFault(FaultSetting setting)
    : RecurringFault(setting, Title, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20))
{
    public const string Title = "slow-node";

    public override void Strike()
    {
        if (Setting.AnyRunning(Random) is not { } node || Setting.Operator.IsHampered(node))
            return;
        var length = Random.LogUniform(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(10));
        var still = Random.LogUniform(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(100));
        Setting.Note(node, $"runs a millisecond or two, then stands still for {still.TotalMilliseconds:F0} ms, for {length.TotalSeconds:F2} s");
        Setting.Operator.Hamper(node);
        Stutter(node, node.Process!, Setting.Scheduler.Now + length, still);
    }

    private void Stutter(SimulatedNode node, SimulatedProcess process, TimeSpan until, TimeSpan still)
    {
        var isOver = Setting.IsOver || Setting.Scheduler.Now >= until;
        if (isOver || node.Process != process || !process.IsAlive || node.IsPaused)
        {
            Setting.Operator.LetGo(node);
            return;
        }

        node.Pause();
        Setting.Scheduler.After(still, () =>
        {
            if (node.Process == process && !Setting.IsOver)
                node.Resume();
            Setting.Scheduler.After(TimeSpan.FromMilliseconds(1 + Random.NextDouble()), () => Stutter(node, process, until, still));
        });
    }

    public override void Heal()
    {
        foreach (var node in Setting.Cluster.Nodes)
        {
            if (Setting.Operator.IsHampered(node) && node.IsPaused)
                node.Resume();
        }
    }
}
