namespace Lutra.Simulation.Runs.Faults;

/// <summary>
/// One of a node's next reads fails, or brings a byte that is not what the disk holds: the disk itself is whole. The node may stop, and start again; it may not
/// take what it read for what it wrote, nor for the end of its log (pitfalls D03, D05).
/// </summary>
internal sealed class ReadErrorFault(FaultSetting setting)
    : RecurringFault(setting, Title, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20))
{
    public const string Title = "read-error";

    public override void Strike()
    {
        var node = Setting.AnyNode(Random);
        var (count, isWrong) = (Random.Next(1, 40), Random.Next(2) == 0);
        Setting.Note(node, $"read {count} from now {(isWrong ? "brings a wrong byte" : "fails")}");
        if (isWrong)
        {
            Setting.Operator.ExpectMisread(node);
            node.Disk.Faults.MisreadIn = count;
        }
        else
        {
            Setting.Operator.ExpectDiskError(node);
            node.Disk.Faults.FailReadIn = count;
        }
    }

    public override void Heal()
    {
        foreach (var node in Setting.Cluster.Nodes)
            (node.Disk.Faults.FailReadIn, node.Disk.Faults.MisreadIn) = (0, 0);
    }
}
