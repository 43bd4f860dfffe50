namespace Lutra.Simulation.Runs.Faults;

/// <summary>All connections of a node break: what was under way is lost, and what follows comes over new ones.</summary>
internal sealed class BrokenConnectionsFault(FaultSetting setting)
    : RecurringFault(setting, Title, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(10))
{
    public const string Title = "broken-connections";

    public override void Strike()
    {
        var node = Setting.AnyNode(Random);
        if (!node.IsUp)
            return;
        Setting.Note(node, "connections break");
        node.BreakConnections();
    }
}
