using Lutra.Simulation.Cluster;
using Lutra.Simulation.Disk;
using Lutra.Simulation.Scheduling;
using Lutra.Storage.Files;

namespace Lutra.Simulation.Runs;

/// <summary>
/// Who looks after the machines: starts nodes again, and knows which stops are the right answer to what was done to a disk. Any other stop is a bug.
/// </summary>
internal sealed class Operator
{
    private readonly SimulatedCluster cluster;
    private readonly World world;
    private readonly List<TimelineEntry> timeline;
    private readonly Random random;
    // By label, sorted.
    private readonly SortedSet<string> diskErrors = new(StringComparer.Ordinal);
    private readonly SortedSet<string> damaged = new(StringComparer.Ordinal);
    private readonly SortedSet<string> wiped = new(StringComparer.Ordinal);
    private readonly SortedSet<string> mustRefuse = new(StringComparer.Ordinal);
    private readonly SortedSet<string> leftDown = new(StringComparer.Ordinal);
    private readonly TimeSpan restartMax;

    public Operator(SimulatedCluster cluster, World world, List<TimelineEntry> timeline)
    {
        (this.cluster, this.world, this.timeline) = (cluster, world, timeline);
        random = cluster.Scheduler.RandomFor("operator");
        restartMax = random.LogUniform(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(Area.Of(world.Area).IsHasty ? 3 : 30));
        foreach (var node in cluster.Nodes)
            node.Stopped = reason => OnStopped(node, reason);
    }

    /// <summary>A stop that nothing explains; null: there was none.</summary>
    public string? Unexplained { get; private set; }

    /// <summary>Whether the node still has the disk that it promised on, undamaged.</summary>
    public bool IsSound(SimulatedNode node) => !damaged.Contains(node.Label) && !wiped.Contains(node.Label);

    /// <summary>The node's next failed write or sync is no bug.</summary>
    public void ExpectDiskError(SimulatedNode node) => diskErrors.Add(node.Label);

    /// <summary>False where damage on one more node would be more than the cluster must bear.</summary>
    public bool MayDamage(SimulatedNode node)
    {
        if (damaged.Contains(node.Label))
            return true;
        if (damaged.Count + wiped.Count >= world.DamageBudget || wiped.Contains(node.Label))
            return false;
        damaged.Add(node.Label);
        return true;
    }

    /// <summary>The node's disk has lost what the node promised, and shows it: whoever goes on with it lies (I15).</summary>
    public void MustRefuse(SimulatedNode node) => mustRefuse.Add(node.Label);

    /// <summary>Looks whether a node goes on that must have refused its disk.</summary>
    public void LookAtAll()
    {
        foreach (var node in cluster.Nodes)
        {
            if (node.Loop?.Replica is not null && mustRefuse.Contains(node.Label))
                Unexplained ??= $"I15: node {node.Label} goes on with a log whose end is lost, though the log says that it was durable";
        }
    }

    /// <summary>The disk is lost; false where that would be more than the cluster must bear. The node must be down.</summary>
    public bool MayWipe(SimulatedNode node)
    {
        // More wiped disks than a minority would be another cluster, whatever the nodes do.
        if (!IsSound(node) || damaged.Count + wiped.Count >= world.DamageBudget || wiped.Count >= (world.Voters - 1) / 2)
            return false;
        wiped.Add(node.Label);
        return true;
    }

    public void StartLater(SimulatedNode node) => cluster.Scheduler.After(random.LogUniform(TimeSpan.FromMilliseconds(5), restartMax), () => Start(node));

    public void Start(SimulatedNode node)
    {
        if (node.IsUp || leftDown.Contains(node.Label))
            return;
        timeline.Add(new TimelineEntry(cluster.Scheduler.Now, node.Label, "starts"));
        node.Start();
    }

    /// <summary>The node is not started any more.</summary>
    public void LeaveDown(SimulatedNode node) => leftDown.Add(node.Label);

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
        else
            Unexplained ??= $"node {node.Label} stopped, which nothing explains: {reason}";
    }
}
