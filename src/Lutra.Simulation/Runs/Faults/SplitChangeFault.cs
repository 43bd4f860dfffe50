using Lutra.Raft;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Runs.Faults;

/// <summary>
/// The network falls apart in the very moment in which voters change: a leader and a majority of those that are to be on one side, the others on the other. Often the
/// leader stands still, too, about as long as the others take to choose another (pitfalls M03, R03, R04).
/// </summary>
internal sealed class SplitChangeFault(FaultSetting setting) : Fault(setting, Title)
{
    public const string Title = "split-change";

    public override void Begin() => Setting.Operator.Roster.JointBegan = members => Setting.Scheduler.After(TimeSpan.Zero, () =>
    {
        if (!Setting.IsOver && Random.Next(3) > 0 && Setting.Cluster.Leader is { IsPaused: false } leader)
            Split(leader, members);
    });

    private void Split(SimulatedNode leader, Configuration members)
    {
        var nodes = Setting.Cluster.Nodes.ToArray();
        Random.Shuffle(nodes);
        var sides = nodes.ToLookup(IsWithLeader(leader, nodes, members));
        var length = Random.LogUniform(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(3));
        if (Random.Next(3) > 0)
        {
            var still = Random.LogUniform(TimeSpan.FromMilliseconds(leader.Options.ElectionTimeoutMillis / 2), TimeSpan.FromMilliseconds(3 * leader.Options.ElectionTimeoutMillis));
            length += still;
            Setting.StandStill(leader, still);
        }

        Setting.Note(leader, $"voters change, and {Hosts(true)} are cut off from {Hosts(false)} for {length.TotalSeconds:F2} s");
        foreach (var one in sides[true])
        {
            foreach (var other in sides[false])
                Setting.Network.CutBoth(one.Host, other.Host);
        }

        Setting.Scheduler.After(length, () =>
        {
            if (!Setting.IsOver)
                Setting.Network.HealAll();
        });

        string Hosts(bool withLeader) => string.Join(' ', sides[withLeader].Select(node => node.Label));
    }

    // With the leader as few as are a majority of those that are to be, newcomers first; the others have as many as can be of those that were.
    private Func<SimulatedNode, bool> IsWithLeader(SimulatedNode leader, SimulatedNode[] nodes, Configuration members)
    {
        if (Random.Next(4) == 0)
            return node => node == leader || node == nodes[0];
        var incoming = nodes.Where(node => IdOf(node) is { } id && members.Voters.Contains(id))
            .OrderBy(node => node == leader ? 0 : members.OutgoingVoters.Contains(IdOf(node)!.Value) ? 2 : 1).Take(Majority.Of(members.Voters.Count)).ToArray();
        return node => node == leader || incoming.Contains(node);
    }

    private static NodeId? IdOf(SimulatedNode node) => node.Loop?.Replica?.Raft.Id;

    public override void Heal() => Setting.ResumeAll();
}
