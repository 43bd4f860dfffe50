namespace Lutra.Simulation.Runs.Faults;

/// <summary>A machine loses its disk for ever and comes back with an empty one: it must not come back as the node that it was (pitfall D11).</summary>
internal sealed class WipeFault(FaultSetting setting)
    : RecurringFault(setting, Title, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(60))
{
    public const string Title = "wipe";

    public override void Strike()
    {
        var node = Setting.AnyNode(Random);
        if (!Setting.Operator.MayWipe(node))
            return;
        Setting.Note(node, "loses its disk");
        if (node.IsUp)
            node.PowerCut();
        node.Wipe();
        Setting.Operator.StartLater(node);
    }
}
