using Lutra.Simulation.Disk;
using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Runs.Faults;

/// <summary>Each disk has a speed of its own, and now and then becomes much slower for a while.</summary>
internal sealed class SlowDiskFault(FaultSetting setting)
    : RecurringFault(setting, Title, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20))
{
    public const string Title = "slow-disk";

    private static readonly TimeSpan fastest = TimeSpan.FromMilliseconds(0.1);

    // Of the disks of the beginning, by name; one that came later is as fast as a disk is.
    private readonly SortedDictionary<string, TimeSpan> usual = new(StringComparer.Ordinal);

    public override void Begin()
    {
        foreach (var node in Setting.Cluster.Nodes)
            node.Disk.LatencyMax = usual[node.Disk.Name] = Random.LogUniform(fastest, TimeSpan.FromMilliseconds(60));
        base.Begin();
    }

    public override void Strike()
    {
        var disk = Setting.AnyNode(Random).Disk;
        var slow = Random.LogUniform(TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(1));
        disk.LatencyMax = slow;
        Setting.Note(null, $"{disk.Name} takes up to {slow.TotalMilliseconds:F0} ms");
        Setting.Scheduler.After(Random.LogUniform(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5)), () =>
        {
            // Struck once more meanwhile, it stays slow until that is over.
            if (!Setting.IsOver && disk.LatencyMax == slow)
                disk.LatencyMax = usual.GetValueOrDefault(disk.Name, SimulatedDisk.LatencyUsual);
        });
    }

    public override void Heal()
    {
        foreach (var node in Setting.Cluster.Nodes)
            node.Disk.LatencyMax = SimulatedDisk.LatencyUsual;
    }
}
