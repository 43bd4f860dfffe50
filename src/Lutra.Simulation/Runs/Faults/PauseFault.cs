using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Runs.Faults;

/// <summary>A process stands still for a while and goes on as if nothing had happened (pitfall R02); its disk and its connections do not wait.</summary>
internal sealed class PauseFault(FaultSetting setting)
    : RecurringFault(setting, Title, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(20))
{
    public const string Title = "pause";

    public override void Strike()
    {
        if (Setting.AnyRunning(Random) is not { } node)
            return;
        Setting.StandStill(node, Random.LogUniform(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(10)));
    }

    public override void Heal() => Setting.ResumeAll();
}
