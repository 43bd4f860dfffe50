using Lutra.Raft;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Disk;
using Lutra.Simulation.Runs.Faults;
using Lutra.Simulation.Scheduling;
using Lutra.Storage.Files;

namespace Lutra.Simulation.Runs;

/// <summary>
/// Who looks after the machines: starts nodes again, and knows which stops are the right answer to what was done to a disk. Any other stop is a bug.
/// </summary>
internal sealed class Operator
{
    // Requests are given up before; what is queued somewhere behind a pause or a clogged way comes later.
    private static readonly TimeSpan removalTakesAtMost = TimeSpan.FromSeconds(40);

    private readonly SimulatedCluster cluster;
    private readonly World world;
    private readonly List<TimelineEntry> timeline;
    private readonly Random random;
    // By label, sorted.
    private readonly SortedSet<string> diskErrors = new(StringComparer.Ordinal);
    private readonly SortedSet<string> misreads = new(StringComparer.Ordinal);
    private readonly SortedSet<string> hampered = new(StringComparer.Ordinal);
    private readonly SortedSet<string> damaged = new(StringComparer.Ordinal);
    private readonly SortedSet<string> wiped = new(StringComparer.Ordinal);
    private readonly SortedSet<string> mustRefuse = new(StringComparer.Ordinal);
    private readonly SortedSet<string> leftDown = new(StringComparer.Ordinal);
    private readonly SortedSet<string> away = new(StringComparer.Ordinal);
    private readonly SortedSet<string> vacant = new(StringComparer.Ordinal);
    // Until when each may still be done.
    private readonly SortedDictionary<MemberId, TimeSpan> removals = [];
    private readonly TimeSpan restartMax;
    private bool isClosed;

    public Operator(SimulatedCluster cluster, World world, List<TimelineEntry> timeline)
    {
        (this.cluster, this.world, this.timeline) = (cluster, world, timeline);
        Roster = new Roster(cluster.Founders);
        vacant.UnionWith(cluster.Nodes.Except(cluster.Founders).Select(node => node.Label));
        random = cluster.Scheduler.RandomFor("operator");
        restartMax = random.LogUniform(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(Area.Of(world.Area).IsHasty ? 3 : 30));
        foreach (var node in cluster.Nodes)
            node.Stopped = reason => OnStopped(node, reason);
    }

    /// <summary>What must not happen and did: a stop that nothing explains; null: there was none.</summary>
    public string? Unexplained { get; private set; }

    public Roster Roster { get; }

    /// <summary>A change of members that was asked for may yet take a voter away.</summary>
    public bool IsRemovalOpen
    {
        get
        {
            foreach (var (id, until) in removals.ToArray())
            {
                if (cluster.Scheduler.Now > until || Roster.Newest?.Members.All(member => member.Id != id) == true)
                    removals.Remove(id);
            }

            return removals.Count > 0;
        }
    }

    /// <summary>Whether the node still has the disk that it promised on, undamaged.</summary>
    public bool IsSound(SimulatedNode node) => !damaged.Contains(node.Label) && !wiped.Contains(node.Label);

    /// <summary>The node's next failed write or sync is no bug.</summary>
    public void ExpectDiskError(SimulatedNode node) => diskErrors.Add(node.Label);

    /// <summary>One of the node's reads may bring what the disk does not hold: it may take its disk for damaged.</summary>
    public void ExpectMisread(SimulatedNode node) => misreads.Add(node.Label);

    /// <summary>Whether its disk may have failed: what could not be deleted then stays until the next start.</summary>
    public bool MayHaveFailed(SimulatedNode node) => diskErrors.Contains(node.Label);

    /// <summary>The node runs so slowly that nothing is demanded of it.</summary>
    public void Hamper(SimulatedNode node) => hampered.Add(node.Label);

    public void LetGo(SimulatedNode node) => hampered.Remove(node.Label);

    public bool IsHampered(SimulatedNode node) => hampered.Contains(node.Label);

    /// <summary>False where damage on one more node would be more than the cluster must bear.</summary>
    public bool MayDamage(SimulatedNode node)
    {
        if (damaged.Contains(node.Label))
            return true;
        if (wiped.Contains(node.Label) || !BearsLossOf(node))
            return false;
        damaged.Add(node.Label);
        return true;
    }

    /// <summary>Whether the cluster bears to lose this member, by a change.</summary>
    public bool BearsRemovalOf(MemberId member) => world.BeyondBudget || (!IsRemovalOpen && Roster.StaysMajority(IsSound, member));

    /// <summary>A removal was asked for; whether it will be done is not known yet.</summary>
    public void RemovalAsked(MemberId member) => removals[member] = cluster.Scheduler.Now + removalTakesAtMost;

    /// <summary>It was done, or certainly not.</summary>
    public void RemovalEnded(MemberId member) => removals.Remove(member);

    /// <summary>What must never happen was seen.</summary>
    public void Blame(string what) => Unexplained ??= $"{what} (at {cluster.Scheduler.Now})";

    /// <summary>The node's disk has lost what the node promised, and shows it: whoever goes on with it lies (I15).</summary>
    public void MustRefuse(SimulatedNode node) => mustRefuse.Add(node.Label);

    /// <summary>Looks whether a node goes on that must have refused its disk, and after machines that got an empty one.</summary>
    public void LookAtAll()
    {
        foreach (var node in cluster.Nodes)
        {
            if (node.Loop?.Replica is not null && mustRefuse.Contains(node.Label))
                Unexplained ??= $"I15: node {node.Label} goes on with a log whose end is lost, though the log says that it was durable";
            if (!wiped.Contains(node.Label))
                continue;
            // As the node that it is now it has promised nothing that it does not have.
            if (Roster.IsCommittedMember(node))
            {
                wiped.Remove(node.Label);
                if (leftDown.Contains(node.Label))
                    Return(node);
            }
            else if (leftDown.Contains(node.Label) && Roster.Newest!.Members.Any(member => member.Node is null && member.PeerAddress == node.Options.EffectivePeerAddress))
                Return(node);
        }
    }

    /// <summary>The disk is lost; false where that would be more than the cluster must bear. The node must be down.</summary>
    public bool MayWipe(SimulatedNode node)
    {
        // More wiped disks than a minority would be another cluster, whatever the nodes do.
        if (wiped.Contains(node.Label) || wiped.Count >= (world.Voters - 1) / 2 || (IsSound(node) && !BearsLossOf(node)))
            return false;
        MakeSound(node);
        wiped.Add(node.Label);
        return true;
    }

    /// <summary>The machine belongs to no cluster, and is made ready for another time: its disk is empty, and it is not started.</summary>
    public void Vacate(SimulatedNode node)
    {
        node.Kill();
        node.Wipe();
        MakeSound(node);
        vacant.Add(node.Label);
    }

    /// <summary>Faults have ended: who is down or away now is not brought back.</summary>
    public void Close() => isClosed = true;

    /// <summary>The machine is wanted again.</summary>
    public void Return(SimulatedNode node)
    {
        if (isClosed)
            return;
        vacant.Remove(node.Label);
        leftDown.Remove(node.Label);
        StartLater(node);
    }

    public void StartLater(SimulatedNode node) => cluster.Scheduler.After(random.LogUniform(TimeSpan.FromMilliseconds(5), restartMax), () => Start(node));

    public void Start(SimulatedNode node)
    {
        if (node.IsUp || leftDown.Contains(node.Label) || away.Contains(node.Label) || vacant.Contains(node.Label))
            return;
        timeline.Add(new TimelineEntry(cluster.Scheduler.Now, node.Label, "starts"));
        node.Start();
    }

    /// <summary>The node is not started any more.</summary>
    public void LeaveDown(SimulatedNode node) => leftDown.Add(node.Label);

    /// <summary>The node is not started any more, whatever becomes of it.</summary>
    public void LeaveAway(SimulatedNode node) => away.Add(node.Label);

    private void OnStopped(SimulatedNode node, Exception reason)
    {
        timeline.Add(new TimelineEntry(cluster.Scheduler.Now, node.Label, $"stopped by itself: {reason.Message}"));
        if (reason is SimulatedCrashException)
        {
            // The fault that asked for it: half of the time the machine goes with its process.
            if (random.Next(2) == 0)
                node.PowerCut();
            StartLater(node);
        }
        else if (!IsSound(node) && reason is LutraException or IOException)
            LeaveDown(node);
        else if (reason is DiskException and not DamagedFileException && diskErrors.Contains(node.Label))
            StartLater(node);
        else if (IsOutside(node) && reason is LutraException { Error: LutraError.Stopped })
            LeaveDown(node);
        else if (reason is IOException or LutraException && misreads.Contains(node.Label))
            StartLater(node);
        else
            Unexplained ??= $"I16: node {node.Label} stopped, which nothing explains: {reason}";
    }

    // While members change, a machine may be told that it is none. Who it is when it stops is known only of those that came as far as to follow a log.
    private bool IsOutside(SimulatedNode node) => world.Faults.Contains(MembersFault.Title) && Roster.Newest is not null && !Roster.IsCommittedMember(node);

    private bool BearsLossOf(SimulatedNode node) =>
        world.BeyondBudget || (Roster.MayVote(node) && !IsRemovalOpen && Roster.StaysMajority(other => other != node && IsSound(other)));

    private void MakeSound(SimulatedNode node)
    {
        foreach (var set in (SortedSet<string>[])[damaged, wiped, mustRefuse, diskErrors, misreads, leftDown])
            set.Remove(node.Label);
    }
}
