using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Runs.Faults;

/// <summary>Some machines' ways are clogged one after the other and let go in another order: FoundationDB's best finder of bugs.</summary>
internal sealed class SwizzleFault(FaultSetting setting)
    : RecurringFault(setting, Title, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(20))
{
    public const string Title = "swizzle";

    public override void Strike()
    {
        var length = Random.LogUniform(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(6));
        Setting.Note(null, $"swizzle for {length.TotalSeconds:F2} s");
        Setting.Network.Swizzle(length);
    }
}
