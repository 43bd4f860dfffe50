using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Runs.Faults;

/// <summary>The way from one node to another, or all ways of one, take long and carry little for a while: 1 KB/s to 1 MB/s.</summary>
internal sealed class SlowLinkFault(FaultSetting setting)
    : RecurringFault(setting, Title, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20))
{
    public const string Title = "slow-link";

    public override void Strike()
    {
        var (one, other) = (Setting.AnyNode(Random), Setting.AnyNode(Random));
        if (one == other)
            return;
        var length = Random.LogUniform(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(10));
        var delay = Random.LogUniform(TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1));
        var bytesPerMillisecond = (long)Random.LogUniform(1, 1000);
        var isOfAll = Random.Next(3) == 0;
        Setting.Note(one, $"slow {(isOfAll ? "to and from all" : $"towards {other.Label}")} for {length.TotalSeconds:F2} s: {delay.TotalMilliseconds:F0} ms, {bytesPerMillisecond} KB/s");
        if (!isOfAll)
        {
            Setting.Network.Slow(one.Host, other.Host, length, delay, bytesPerMillisecond);
            return;
        }

        foreach (var node in Setting.Cluster.Nodes.Where(node => node != one))
        {
            Setting.Network.Slow(one.Host, node.Host, length, delay, bytesPerMillisecond);
            Setting.Network.Slow(node.Host, one.Host, length, delay, bytesPerMillisecond);
        }
    }

    public override void Heal() => Setting.Network.SpeedUp();
}
