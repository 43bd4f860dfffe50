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
    private readonly SimulatedNode[] core;
    private readonly TimeSpan electionTimeout;

    public Recovery(FaultSetting setting, IReadOnlyList<IWorkload> workloads, ClusterWatch watch, Func<Func<bool>, TimeSpan, bool> until, Action<string> violated)
    {
        (this.setting, this.workloads, this.watch, this.until, this.violated) = (setting, workloads, watch, until, violated);
        var random = setting.Scheduler.RandomFor("core");
        var sound = setting.Cluster.Nodes.Where(setting.Operator.IsSound).ToArray();
        random.Shuffle(sound);
        core = [.. sound.Take(setting.World.BareMajority ? (setting.World.Voters / 2) + 1 : sound.Length)];
        electionTimeout = TimeSpan.FromMilliseconds(core[0].Options.ElectionTimeoutMillis);
        foreach (var other in setting.Cluster.Nodes.Except(core))
            LeaveAway(other, random);
    }

    // Production's own waits (a dial without an answer, a silent connection) do not depend on the election timeout.
    private TimeSpan LeaderWithin => (30 * electionTimeout) + TimeSpan.FromSeconds(15);

    private TimeSpan EqualWithin => (60 * electionTimeout) + TimeSpan.FromSeconds(15);

    public void Run()
    {
        setting.Note(null, $"healed; the core is {string.Join(' ', core.Select(node => node.Label))}");
        if (!Demand("healing"))
            return;
        setting.Note(null, "the core loses power");
        foreach (var node in core)
            node.PowerCut();
        Demand("the last power cut");
    }

    private bool Demand(string after)
    {
        foreach (var node in core)
            setting.Operator.Start(node);
        if (!until(() => Leader?.Loop?.Replica?.Raft.CommittedInTerm == true, LeaderWithin))
            return Fail($"no leader within {LeaderWithin} of {after}: {Describe()}");
        if (!until(() => IsEqual(Leader), EqualWithin))
            return Fail($"the core has not applied one index within {EqualWithin} of {after}: {Describe()}");
        if (!until(() => workloads.All(workload => workload.IsQuiet), EqualWithin))
            return Fail($"requests of {Busy} have no end {EqualWithin} after {after}");
        foreach (var workload in workloads)
            workload.ReadBack(core);
        if (!until(() => workloads.All(workload => workload.IsQuiet), EqualWithin))
            return Fail($"reading back: requests of {Busy} have no end {EqualWithin} after {after}");
        if (!until(() => IsEqual(Leader), EqualWithin))
            return Fail($"the core has not applied one index within {EqualWithin} of reading back after {after}: {Describe()}");
        foreach (var node in core)
            watch.RequireAll(node);
        return StatesAgree(after);
    }

    private SimulatedNode? Leader =>
        core.Where(node => node.Loop?.Replica?.Raft.Role == Lutra.Raft.RoleName.Leader).MaxBy(node => node.Loop!.Replica!.Raft.Term.Value);

    private bool IsEqual(SimulatedNode? leader) =>
        leader?.Loop?.Replica?.Raft is { CommittedInTerm: true } raft && raft.Commit == raft.Last.Index
        && core.All(node => node.Loop?.Replica?.Keyspace.Applied.Index == raft.Commit);

    private bool StatesAgree(string after)
    {
        var hashes = new List<UInt128>();
        foreach (var node in core)
        {
            using var view = node.Loop!.Replica!.Keyspace.Pin();
            hashes.Add(view.HashOfState());
        }

        return hashes.Distinct().Count() == 1 || Fail($"I5: after {after} the core has applied the same log and holds different states");
    }

    private void LeaveAway(SimulatedNode node, Random random)
    {
        setting.Operator.LeaveDown(node);
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

    private string Describe() => string.Join("; ", core.Select(NodeState.Describe));
}
