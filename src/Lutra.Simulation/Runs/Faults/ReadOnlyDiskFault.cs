using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Runs.Faults;

/// <summary>A file system takes no writes any more, as after an error that its kernel met, until somebody mounts it anew.</summary>
internal sealed class ReadOnlyDiskFault(FaultSetting setting)
    : RecurringFault(setting, Title, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(30))
{
    public const string Title = "read-only-disk";

    public override void Strike()
    {
        var node = Setting.AnyNode(Random);
        var disk = node.Disk;
        if (disk.Faults.IsReadOnly)
            return;
        var length = Random.LogUniform(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(10));
        Setting.Note(node, $"its disk takes no writes for {length.TotalSeconds:F2} s");
        Setting.Operator.ExpectDiskError(node);
        disk.Faults.IsReadOnly = true;
        Setting.Scheduler.After(length, () => disk.Faults.IsReadOnly = false);
    }

    public override void Heal()
    {
        foreach (var node in Setting.Cluster.Nodes)
            node.Disk.Faults.IsReadOnly = false;
    }
}
