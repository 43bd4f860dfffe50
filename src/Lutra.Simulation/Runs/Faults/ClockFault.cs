using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Runs.Faults;

/// <summary>Clocks run at speeds of their own, and wall clocks jump, by seconds or by years (pitfall E18).</summary>
internal sealed class ClockFault(FaultSetting setting)
    : RecurringFault(setting, Title, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(10))
{
    public const string Title = "clock";

    /// <summary>How many times as fast as it should a clock may run, and how many times as slow.</summary>
    public const double RateMax = 2;

    private static readonly TimeSpan backMax = TimeSpan.FromDays(365);

    // An idempotency key is remembered for 24 hours of the log's time, which follows the wall clocks forward: a leader whose clock is further ahead than
    // that forgets them, by design, and a second try is then a second write.
    private static readonly TimeSpan forwardMax = TimeSpan.FromHours(12);

    public override void Strike()
    {
        var node = Setting.AnyNode(Random);
        if (node.Process is not { IsAlive: true } process)
            return;
        if (Random.Next(2) == 0)
        {
            var rate = Random.LogUniform(1 / RateMax, RateMax);
            Setting.Note(node, $"clock runs {rate:F2} times as fast");
            process.Drift(rate);
        }
        else
        {
            var jump = Random.Next(2) == 0 ? TimeSpan.FromSeconds(Random.LogUniform(1, forwardMax.TotalSeconds)) : -TimeSpan.FromSeconds(Random.LogUniform(1, backMax.TotalSeconds));
            Setting.Note(node, $"wall clock jumps to {jump.TotalSeconds:F0} s off");
            process.WallClockOffset = jump;
        }
    }

    public override void Heal()
    {
        foreach (var node in Setting.Cluster.Nodes)
        {
            if (node.Process is not { IsAlive: true } process)
                continue;
            process.Drift(1);
            process.WallClockOffset = TimeSpan.Zero;
        }
    }
}
