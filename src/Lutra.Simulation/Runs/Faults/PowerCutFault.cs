namespace Lutra.Simulation.Runs.Faults;

/// <summary>A machine loses its power, and with it what was not synced, in whole or in part; sometimes all machines at once.</summary>
internal sealed class PowerCutFault(FaultSetting setting)
    : RecurringFault(setting, Title, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(20))
{
    public const string Title = "power-cut";

    public override void Strike()
    {
        if (Random.Next(6) == 0)
        {
            foreach (var node in Setting.Cluster.Nodes)
                Cut(node);
        }
        else
        {
            Cut(Setting.AnyNode(Random));
        }
    }

    private void Cut(Cluster.SimulatedNode node)
    {
        if (!node.IsUp)
            return;
        Setting.Note(node, "loses power");
        node.PowerCut();
        Setting.Operator.StartLater(node);
    }
}
