using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Runs.Faults;

/// <summary>A fault that strikes again and again; how often is drawn once, between the two bounds.</summary>
internal abstract class RecurringFault : Fault
{
    private readonly TimeSpan mean;

    protected RecurringFault(FaultSetting setting, string name, TimeSpan oftenest, TimeSpan seldomest)
        : base(setting, name) => mean = Random.LogUniform(oftenest, Area.Of(setting.World.Area).IsHasty ? Middle(oftenest, seldomest) : seldomest);

    public override void Begin() => Wait();

    public abstract override void Strike();

    private static TimeSpan Middle(TimeSpan one, TimeSpan other) => TimeSpan.FromMilliseconds(Math.Sqrt(one.TotalMilliseconds * other.TotalMilliseconds));

    private void Wait() => Setting.Scheduler.After(mean * (0.1 + (1.8 * Random.NextDouble())), () =>
    {
        if (Setting.IsOver)
            return;
        Strike();
        Wait();
    });
}
