using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Runs.Faults;

/// <summary>Single ways, each in one direction, carry nothing for a while and then everything at once.</summary>
internal sealed class ClogFault(FaultSetting setting)
    : RecurringFault(setting, Title, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5))
{
    public const string Title = "clog";

    public override void Strike()
    {
        var (from, to) = (Setting.AnyNode(Random), Setting.AnyNode(Random));
        if (from == to)
            return;
        var length = Random.LogUniform(TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(5));
        Setting.Note(from, $"clogged towards {to.Label} for {length.TotalSeconds:F2} s");
        Setting.Network.Clog(from.Host, to.Host, length);
    }
}
