using Lutra.Simulation.Cluster;
using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Workloads.Watches;

/// <summary>
/// Watches a part: one key, some, or all; puts or deletions alone; with what was there before or without; from a revision of the past, from now, or from one that
/// is yet to come. It reads as slowly as it likes, and now and then goes on at another node, or begins with something else.
/// </summary>
/// <param name="violated">Something that must never happen, seen at once.</param>
internal sealed class PartWatcher(WorkloadSetting setting, int number, WatchedHistory history, Action<string> violated)
{
    private static readonly TimeSpan lookEvery = TimeSpan.FromMilliseconds(100);

    private readonly Random random = setting.Scheduler.RandomFor($"part watcher {number}");
    private readonly List<WatchStretch> stretches = [];
    private IReadOnlyList<SimulatedNode>? core;
    private WatchOperation watch = new(KeyRange.All);
    private WatchSession? session;
    private WatchStretch? stretch;
    private TimeSpan stayMax;
    private TimeSpan slownessMax;
    private long next;
    private long goal;

    // Before anything is demanded it may wait for a node that is gone.
    public bool IsAtTheEnd => core is null || next > goal;

    public IReadOnlyList<WatchStretch> Stretches => stretches;

    public void Begin()
    {
        stayMax = random.LogUniform(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(20));
        slownessMax = random.Next(2) * random.LogUniform(TimeSpan.FromMilliseconds(5), TimeSpan.FromSeconds(3));
        Draw();
        Move();
        Look();
    }

    /// <summary>From now on it goes on with what it has, at one of <paramref name="nodes"/> after the other, until it was told all up to a revision.</summary>
    public void MustReach(long revision, IReadOnlyList<SimulatedNode> nodes) => (goal, core, slownessMax, stayMax) = (revision, nodes, TimeSpan.Zero, TimeSpan.FromSeconds(1));

    private void Draw()
    {
        var (one, other) = (random.Next(8), random.Next(8));
        var range = random.Next(4) switch
        {
            0 => KeyRange.Single(WatchWorkload.KeyOf(one)),
            1 => KeyRange.Prefix(WatchWorkload.Prefix),
            2 => new KeyRange(WatchWorkload.KeyOf(Math.Min(one, other)), WatchWorkload.KeyOf(Math.Max(one, other) + 1)),
            _ => new KeyRange(WatchWorkload.KeyOf(one), ReadOnlyMemory<byte>.Empty),
        };
        var without = random.Next(4);
        watch = new WatchOperation(range, ReturnPrevious: random.Next(2) == 0, NoPuts: without == 0, NoDeletes: without == 1);
        next = random.Next(3) switch
        {
            0 => 0,
            1 => random.NextInt64(1, history.Newest + 2),
            _ => history.Newest + random.Next(1, 30),
        };
    }

    // Half of the watches come from far away, most of those in small parts.
    private int? DrawStream() => random.Next(2) == 0 ? null : random.Next(4) == 0 ? 0 : (int)random.LogUniform(100, 8192);

    // Again and again: another node, for a while.
    private void Move()
    {
        session?.Close();
        if (core is null && random.Next(2) == 0)
            Draw();
        var nodes = core ?? setting.Cluster.Nodes;
        var node = nodes[random.Next(nodes.Count)];
        stretch = null;
        session = new WatchSession(node, watch with { From = new Revision(next) }, Took, Refused) { Slowness = slownessMax * random.NextDouble(), StreamedIn = DrawStream() };
        session.Open();
        setting.Scheduler.After((stayMax * random.NextDouble()) + TimeSpan.FromMilliseconds(10), Move);
    }

    // What is said of progress counts as told: nothing that it wants may lie before it.
    private void Look()
    {
        if (session is { First: { } first } open)
        {
            Settle(first);
            ToldUpTo(open.Progress());
        }

        setting.Scheduler.After(lookEvery, Look);
    }

    private void Took(WatchBatch batch)
    {
        Settle(session!.First!.Value);
        foreach (var change in batch.Events)
        {
            var revision = change.Current.ModRevision.Value;
            if (revision < next || revision > batch.Revision.Value || !stretch!.Wants(change))
                violated($"I11: {stretch} was told of revision {revision} in a batch up to {batch.Revision}, where {next} was next (on node {session.Node.Label} at {setting.Scheduler.Now})");
        }

        stretch!.Events.AddRange(batch.Events);
        stretch.FloorWhenTold = session.Floor;
        ToldUpTo(batch.Revision.Value);
    }

    private void Settle(long first)
    {
        if (stretch is not null)
            return;
        next = first;
        stretches.Add(stretch = new WatchStretch(watch, $"part watcher {number} on node {session!.Node.Label}", first));
    }

    private void ToldUpTo(long revision)
    {
        if (revision < next)
            return;
        stretch!.Last = revision;
        next = revision + 1;
    }

    private void Refused(LutraException reason)
    {
        if (reason.Error != LutraError.Compacted)
            return;
        var floor = session!.Floor;
        if (floor <= next)
            violated($"I11: part watcher {number} on node {session.Node.Label} wants {next} and was told that it is compacted, and the floor is {floor}");
        next = floor;
    }
}
