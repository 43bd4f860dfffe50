namespace Lutra.Simulation.Runs.Faults;

/// <summary>All faults of a run, and now and then a storm: for a second everything strikes at once.</summary>
internal sealed class FaultWeather(FaultSetting setting)
{
    private static readonly TimeSpan stormLength = TimeSpan.FromSeconds(1);
    private readonly Fault[] faults = [.. setting.World.Faults.Select(name => FaultCatalogue.Create(name, setting))];
    private readonly Random random = setting.Scheduler.RandomFor("storms");

    public void Begin()
    {
        foreach (var fault in faults)
            fault.Begin();
        if (faults.Length > 0)
            WaitForStorm();
    }

    public void Heal()
    {
        setting.IsOver = true;
        foreach (var fault in faults)
            fault.Heal();
        setting.Network.HealAll();
        setting.Network.Faults = Network.NetworkFaults.None;
    }

    private void WaitForStorm() => setting.Scheduler.After(TimeSpan.FromSeconds(random.Next(5, 60)), () =>
    {
        if (setting.IsOver)
            return;
        setting.Note(null, "storm");
        foreach (var fault in faults)
        {
            setting.Scheduler.After(stormLength * random.NextDouble(), () =>
            {
                if (!setting.IsOver)
                    fault.Strike();
            });
        }

        WaitForStorm();
    });
}
