using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Runs.Faults;

/// <summary>A disk takes writes and finishes no sync any more, for a while (pitfall D10).</summary>
internal sealed class StuckDiskFault(FaultSetting setting)
    : RecurringFault(setting, Title, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(30))
{
    public const string Title = "stuck-disk";

    public override void Strike()
    {
        if (Setting.AnyRunning(Random) is not { Disk: { Faults.StallSyncs: false } disk } node)
            return;
        var length = Random.LogUniform(TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(40));
        Setting.Note(node, $"its disk is stuck for {length.TotalSeconds:F2} s");
        Setting.Operator.ExpectDiskError(node);
        disk.Faults.StallSyncs = true;
        Setting.Scheduler.After(length, () => disk.Faults.StallSyncs = false);
    }

    public override void Heal()
    {
        foreach (var node in Setting.Cluster.Nodes)
            node.Disk.Faults.StallSyncs = false;
    }
}
