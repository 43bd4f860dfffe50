using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Runs.Faults;

/// <summary>Somebody else fills a disk, and makes room again after a while (pitfall D09).</summary>
internal sealed class FullDiskFault(FaultSetting setting)
    : RecurringFault(setting, Title, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(20))
{
    public const string Title = "full-disk";

    public override void Strike()
    {
        var node = Setting.AnyNode(Random);
        var disk = node.Disk;
        var left = (long)Random.LogUniform(1, 512 * 1024) - 1;
        var length = Random.LogUniform(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(20));
        Setting.Note(node, $"{left} bytes left on its disk for {length.TotalSeconds:F2} s");
        Setting.Operator.ExpectDiskError(node);
        disk.Faults.QuotaBytes = disk.UsedBytes + left;
        Setting.Scheduler.After(length, () => disk.Faults.QuotaBytes = null);
    }

    public override void Heal()
    {
        foreach (var node in Setting.Cluster.Nodes)
            node.Disk.Faults.QuotaBytes = null;
    }
}
