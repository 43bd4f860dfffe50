using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Runs.Faults;

/// <summary>The network falls apart: in one of many shapes, in both directions or in one.</summary>
internal sealed class PartitionFault(FaultSetting setting)
    : RecurringFault(setting, Title, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(20))
{
    public const string Title = "partition";

    private static readonly Shape[] shapes = Enum.GetValues<Shape>();
    private static readonly Shape[] againstLeaders = [Shape.IsolateLeader, Shape.DeafLeader, Shape.MuteLeader];

    private enum Shape
    {
        IsolateOne,
        IsolateLeader,
        Halves,
        Ring,
        Chain,
        Bridge,
        OnePair,
        DeafLeader,
        MuteLeader,
        RandomWays,
    }

    public override void Strike()
    {
        var hosts = Setting.Cluster.Nodes.Select(node => node.Host).ToArray();
        if (hosts.Length < 2)
            return;
        Random.Shuffle(hosts);
        var isAimed = Area.Of(Setting.World.Area).IsolatesLeaders && Random.Next(4) > 0;
        var shape = Random.OneOf(isAimed ? againstLeaders : shapes);
        var length = Random.LogUniform(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(isAimed ? 3 : 15));
        Setting.Network.HealAll();
        Setting.Note(null, $"partition {shape} of {string.Join(' ', hosts)} for {length.TotalSeconds:F2} s");
        Cut(shape, hosts, Setting.Cluster.Leader?.Host ?? hosts[0]);
        Setting.Scheduler.After(length, () =>
        {
            if (!Setting.IsOver)
                Setting.Network.HealAll();
        });
    }

    private void Cut(Shape shape, string[] hosts, string leader)
    {
        switch (shape)
        {
            case Shape.IsolateOne:
                Setting.Network.Isolate(hosts[0]);
                break;
            case Shape.IsolateLeader:
                Setting.Network.Isolate(leader);
                break;
            case Shape.Halves:
                var half = Random.Next(1, hosts.Length);
                CutWhere(hosts, (one, other) => one < half != other < half);
                break;
            case Shape.Ring:
                CutWhere(hosts, (one, other) => Math.Abs(one - other) is var apart && apart != 1 && apart != hosts.Length - 1);
                break;
            case Shape.Chain:
                CutWhere(hosts, (one, other) => Math.Abs(one - other) != 1);
                break;
            case Shape.Bridge:
                // The first sees all others, who are in two groups.
                CutWhere(hosts, (one, other) => one > 0 && other > 0 && one % 2 != other % 2);
                break;
            case Shape.OnePair:
                Setting.Network.CutBoth(hosts[0], hosts[1]);
                break;
            case Shape.DeafLeader:
                CutWhere(hosts, (_, other) => hosts[other] == leader);
                break;
            case Shape.MuteLeader:
                CutWhere(hosts, (one, _) => hosts[one] == leader);
                break;
            case Shape.RandomWays:
                CutWhere(hosts, (_, _) => Random.Next(3) == 0);
                break;
        }
    }

    private void CutWhere(string[] hosts, Func<int, int, bool> isCut)
    {
        for (var one = 0; one < hosts.Length; one++)
        {
            for (var other = 0; other < hosts.Length; other++)
            {
                if (one != other && isCut(one, other))
                    Setting.Network.Cut(hosts[one], hosts[other]);
            }
        }
    }
}
