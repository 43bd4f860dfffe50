namespace Lutra.Simulation.Runs.Faults;

/// <summary>One of a node's next writes or syncs fails; after a failed sync the data are dropped, and the next sync says that all is well (pitfall D02).</summary>
internal sealed class DiskErrorFault(FaultSetting setting)
    : RecurringFault(setting, Title, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20))
{
    public const string Title = "disk-error";

    public override void Strike()
    {
        var node = Setting.AnyNode(Random);
        var (count, isSync) = (Random.Next(1, 30), Random.Next(2) == 0);
        Setting.Note(node, $"{(isSync ? "sync" : "write")} {count} from now fails");
        Setting.Operator.ExpectDiskError(node);
        if (isSync)
            node.Disk.Faults.FailSyncIn = count;
        else
            node.Disk.Faults.FailWriteIn = count;
    }

    public override void Heal()
    {
        foreach (var node in Setting.Cluster.Nodes)
            (node.Disk.Faults.FailSyncIn, node.Disk.Faults.FailWriteIn) = (0, 0);
    }
}
