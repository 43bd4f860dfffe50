namespace Lutra.Simulation.Runs.Faults;

/// <summary>A machine loses its power, and with it what was not synced, in whole or in part; sometimes all machines at once.</summary>
internal sealed class PowerCutFault(FaultSetting setting)
    : RecurringFault(setting, Title, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(20))
{
    public const string Title = "power-cut";

    public override void Begin()
    {
        foreach (var node in Setting.Cluster.Nodes)
            node.Disk.KeepsNamesInOrder = Random.Next(2) == 0;
        base.Begin();
    }

    public override void Strike()
    {
        if (Random.Next(6) == 0)
        {
            // All come back at the same moment, or each when it likes.
            TimeSpan? together = Random.Next(2) == 0 ? TimeSpan.FromSeconds(3 * Random.NextDouble()) : null;
            foreach (var node in Setting.Cluster.Nodes)
                Cut(node, together);
        }
        else
        {
            Cut(Setting.AnyNode(Random), null);
        }
    }

    private void Cut(Cluster.SimulatedNode node, TimeSpan? startAfter)
    {
        if (!node.IsUp)
            return;
        Setting.Note(node, "loses power");
        node.PowerCut();
        if (startAfter is { } wait)
            Setting.Scheduler.After(wait, () => Setting.Operator.Start(node));
        else
            Setting.Operator.StartLater(node);
    }
}
