using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Runs.Faults;

/// <summary>A process stands still for a while and goes on as if nothing had happened (pitfall R02); its disk and its connections do not wait.</summary>
internal sealed class PauseFault(FaultSetting setting)
    : RecurringFault(setting, Title, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(20))
{
    public const string Title = "pause";

    public override void Strike()
    {
        if (Setting.AnyRunning(Random) is not { } node)
            return;
        var process = node.Process;
        var length = Random.LogUniform(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(10));
        Setting.Note(node, $"paused for {length.TotalSeconds:F2} s");
        node.Pause();
        Setting.Scheduler.After(length, () =>
        {
            if (node.Process == process && !Setting.IsOver)
                node.Resume();
        });
    }

    public override void Heal()
    {
        foreach (var node in Setting.Cluster.Nodes)
        {
            if (node.IsPaused)
                node.Resume();
        }
    }
}
