namespace Lutra.Simulation.Runs.Faults;

/// <summary>A process dies; what it wrote stays, synced or not.</summary>
internal sealed class KillFault(FaultSetting setting)
    : RecurringFault(setting, Title, TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(20))
{
    public const string Title = "kill";

    public override void Strike()
    {
        var node = Setting.AnyNode(Random);
        if (!node.IsUp)
            return;
        Setting.Note(node, "killed");
        node.Kill();
        Setting.Operator.StartLater(node);
    }
}
