using Lutra.Raft;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Runs.Faults;
using Lutra.Simulation.Runs.Invariants;
using Lutra.Simulation.Workloads;

namespace Lutra.Simulation.Runs;

/// <summary>
/// After the last fault: a core of undamaged voters, a bare majority or all of them, must come to a leader, to one state, and to an end of every request, in
/// time; and once more after it has lost its power.
/// </summary>
internal sealed class Recovery
{
    private readonly FaultSetting setting;
    private readonly IReadOnlyList<IWorkload> workloads;
    private readonly ClusterWatch watch;
    private readonly Func<Func<bool>, TimeSpan, bool> until;
    private readonly Action<string> violated;
    private readonly SimulatedNode[] chosen;
    private readonly SimulatedNode[] away;
    private readonly TimeSpan electionTimeout;

    public Recovery(FaultSetting setting, IReadOnlyList<IWorkload> workloads, ClusterWatch watch, Func<Func<bool>, TimeSpan, bool> until, Action<string> violated)
    {
        (this.setting, this.workloads, this.watch, this.until, this.violated) = (setting, workloads, watch, until, violated);
        setting.Operator.Close();
        var random = setting.Scheduler.RandomFor("core");
        var sound = setting.Cluster.Nodes.Where(node => setting.Operator.IsSound(node) && Roster.MayVote(node)).ToArray();
        random.Shuffle(sound);
        chosen = setting.World.BareMajority && !setting.Operator.IsRemovalOpen ? [.. BareMajority(sound)] : sound;
        electionTimeout = TimeSpan.FromMilliseconds(chosen[0].Options.ElectionTimeoutMillis);
        // Who was never taken in, or was removed, may go on: it must not be in the way.
        away = [.. setting.Cluster.Nodes.Except(chosen).Where(node => Roster.MayVote(node) || !setting.Operator.IsSound(node))];
        foreach (var other in away)
            LeaveAway(other, random);
    }

    private Roster Roster => setting.Operator.Roster;

    // A change that was asked for before the end may yet remove one; where it removed all, those that came in their place are the core.
    private SimulatedNode[] Core => chosen.Where(Roster.MayVote).ToArray() is { Length: > 0 } left
        ? left
        : [.. setting.Cluster.Nodes.Except(away).Where(Roster.MayVote)];

    // Learners stay: they may be promoted at any time, and count from then on.
    private List<SimulatedNode> BareMajority(SimulatedNode[] sound)
    {
        List<SimulatedNode> core = [.. sound];
        for (var at = core.Count - 1; at >= 0; at--)
        {
            var one = core[at];
            if (Roster.StaysMajority(other => other != one && core.Contains(other)))
                core.RemoveAt(at);
        }

        return core;
    }

    // Production's own waits (a dial without an answer, a silent connection) do not depend on the election timeout.
    private TimeSpan LeaderWithin => (30 * electionTimeout) + TimeSpan.FromSeconds(15);

    private TimeSpan EqualWithin => (60 * electionTimeout) + TimeSpan.FromSeconds(15);

    public void Run()
    {
        setting.Note(null, $"healed; the core is {string.Join(' ', Core.Select(node => node.Label))}");
        if (!Demand("healing"))
            return;
        setting.Note(null, "the core loses power");
        foreach (var node in Core)
            node.PowerCut();
        Demand("the last power cut");
    }

    private bool Demand(string after)
    {
        foreach (var node in Core)
            setting.Operator.Start(node);
        if (!until(() => Leader?.Loop?.Replica?.Raft.CommittedInTerm == true, LeaderWithin))
            return Fail($"no leader within {LeaderWithin} of {after}: {Describe()}");
        if (!until(() => !setting.Cluster.Nodes.Any(Waits), EqualWithin))
            return Fail($"{string.Join(", ", setting.Cluster.Nodes.Where(Waits).Select(node => node.Label))} were not taken in within {EqualWithin} of {after}: {Describe()}");
        if (!until(() => Leader?.Loop?.Replica?.Raft.Configuration is { } members && !Core.Any(node => IsToBePromoted(node, members)), EqualWithin))
            return Fail($"learners of the core were not promoted within {EqualWithin} of {after}: {Describe()}");
        if (!until(() => !setting.Cluster.Nodes.Any(IsGone), EqualWithin))
            return Fail($"{string.Join(", ", setting.Cluster.Nodes.Where(IsGone).Select(node => node.Label))} were removed, and have not heard it within {EqualWithin} of {after}: {Describe()}");
        if (!until(() => IsEqual(Leader), EqualWithin))
            return Fail($"the core has not applied one index within {EqualWithin} of {after}: {Describe()}");
        if (!until(() => workloads.All(workload => workload.IsQuiet), EqualWithin))
            return Fail($"requests of {Busy} have no end {EqualWithin} after {after}");
        var writes = new NewWrites(setting.Scheduler, Core, Roster.MayVote);
        if (!until(() => writes.AreAcknowledged, EqualWithin))
            return Fail($"new writes through {writes.Open} are not acknowledged {EqualWithin} after {after}: {Describe()}");
        foreach (var workload in workloads)
            workload.ReadBack(Core);
        if (!until(() => workloads.All(workload => workload.IsQuiet), EqualWithin))
            return Fail($"reading back: requests of {Busy} have no end {EqualWithin} after {after}");
        if (!until(() => IsEqual(Leader), EqualWithin))
            return Fail($"the core has not applied one index within {EqualWithin} of reading back after {after}: {Describe()}");
        if (!until(() => Leftover is null, EqualWithin))
            return Fail($"I14: {EqualWithin} after {after} {Leftover}");
        foreach (var node in Core)
            watch.RequireAll(node);
        return StatesAgree(after);
    }

    // It may be one that came to the core after the end of faults.
    private SimulatedNode? Leader => setting.Cluster.Nodes.Except(away)
        .Where(node => node.Loop?.Replica?.Raft.Role == RoleName.Leader).MaxBy(node => node.Loop!.Replica!.Raft.Term.Value);

    // It belongs to no cluster, though a place is kept for it or it asks one of the core to be taken in. Whoever cannot be is told so, and stops.
    private bool Waits(SimulatedNode node) => node is { IsUp: true, Loop.Replica: null } && !away.Contains(node)
        && Leader?.Loop?.Replica?.Raft is { } raft && (HasPlace(node, raft.Configuration) || (node.Options.Join && node.Options.Peers.Any(IsOfCore)));

    private static bool HasPlace(SimulatedNode node, Configuration members) =>
        members.Members.Any(member => member.Node is null && member.PeerAddress == node.Options.EffectivePeerAddress);

    // A place for a voter: its node is a learner only until it has caught up.
    private static bool IsToBePromoted(SimulatedNode node, Configuration members) =>
        node.Loop?.Replica is { Raft.Id: var id } && members.MemberOf(id) is { Role: MemberRole.Learner, AutoPromote: true };

    // It goes on as a member, though it is none, and talks with one of the core: it has to be told, and to stop.
    private bool IsGone(SimulatedNode node) => node is { IsUp: true, Loop: { Replica.Raft.Id: var id, Peers: var peers } } && !away.Contains(node) && setting.Operator.IsSound(node)
        && Leader?.Loop?.Replica?.Raft is { } raft && raft.ConfigurationIndex <= raft.Commit && raft.Configuration.MemberOf(id) is null
        && Core.Any(other => other.Loop?.Replica is { Raft.Id: var member } && peers.HelloOf(member) is not null);

    private string? Leftover => Core.Where(node => !setting.Operator.MayHaveFailed(node)).Select(Leftovers.Of).FirstOrDefault(each => each is not null);

    private bool IsOfCore(string address) => Core.Any(node => node.Options.EffectivePeerAddress == address);

    private bool IsEqual(SimulatedNode? leader) =>
        leader?.Loop?.Replica?.Raft is { CommittedInTerm: true } raft && raft.Commit == raft.Last.Index
        && Core.All(node => node.Loop?.Replica?.Keyspace.Applied.Index == raft.Commit);

    private bool StatesAgree(string after)
    {
        var hashes = new List<(UInt128 State, uint Revisions)>();
        foreach (var node in Core)
        {
            var keyspace = node.Loop!.Replica!.Keyspace;
            using var view = keyspace.Pin();
            hashes.Add((view.HashOfState(), view.HashOfRevisions(default)));
            if (StateCounts.DifferenceOf(keyspace, view) is { } difference)
                return Fail($"I5: after {after} {difference} on node {node.Label}");
        }

        return hashes.Distinct().Count() == 1 || Fail($"I5: after {after} the core has applied the same log and holds different states");
    }

    private void LeaveAway(SimulatedNode node, Random random)
    {
        setting.Operator.LeaveAway(node);
        switch (random.Next(3))
        {
            case 0:
                node.Kill();
                break;
            case 1:
                node.Pause();
                break;
            default:
                setting.Network.Isolate(node.Host);
                break;
        }

        setting.Note(node, "stays away for ever");
    }

    private string Busy => string.Join(", ", workloads.Where(each => !each.IsQuiet).Select(each => each.Name));

    private bool Fail(string what)
    {
        violated($"liveness: {what}");
        return false;
    }

    private string Describe() => string.Join("; ", Core.Select(NodeState.Describe));
}
