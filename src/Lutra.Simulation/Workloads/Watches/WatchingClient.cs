using Lutra.Node.Watches;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Runs;
using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Workloads.Watches;

/// <summary>Watches every key, and goes on at another node after the last revision that it has, whenever its node is gone or it likes to.</summary>
/// <param name="told">What the first watch that came to a revision was told of it: a fingerprint of its changes.</param>
/// <param name="history">Takes the changes of the keys that matter, once for each revision.</param>
internal sealed class WatchingClient(WorkloadSetting setting, int number, SortedDictionary<long, ulong> told, WatchedHistory history, Action<string> violated)
{
    private readonly Random random = setting.Scheduler.RandomFor($"watching client {number}");
    private IReadOnlyList<SimulatedNode>? core;
    private SimulatedNode? node;
    private SimulatedProcess? process;
    private Watcher? watcher;
    private TimeSpan stayMax;
    // An empty store is at revision 1.
    private long last = 1;
    private long goal;

    public bool IsAtTheEnd => last >= goal;

    public void Begin()
    {
        stayMax = random.LogUniform(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(20));
        Move();
    }

    public void MustReach(long revision, IReadOnlyList<SimulatedNode> nodes) => (goal, core) = (revision, nodes);

    // Again and again: the next node, for a while.
    private void Move()
    {
        Leave();
        var nodes = core ?? setting.Cluster.Nodes;
        node = nodes[random.Next(nodes.Count)];
        process = node.Process;
        process?.After(TimeSpan.Zero, Open);
        setting.Scheduler.After(stayMax * random.NextDouble() + TimeSpan.FromMilliseconds(10), Move);
    }

    private void Leave()
    {
        if (process is { IsAlive: true })
            watcher?.Close();
        watcher = null;
    }

    private void Open()
    {
        if (node!.Process != process || node.Loop?.Replica is not { } replica || watcher is not null)
            return;
        Guarded(() =>
        {
            var mine = process!;
            watcher = replica.Watches.Open(new WatchOperation(KeyRange.All), new Revision(last + 1), () => mine.After(TimeSpan.Zero, Take));
            Take();
        });
    }

    private void Take()
    {
        if (watcher is not { } open || node!.Process != process)
            return;
        // Before anything is taken: what waits in the queue is not taken yet (pitfall K02, the bookmark ahead of its events).
        if (open.Progress() is { Value: var progress } && progress > last)
            violated($"I11: a watch on node {node.Label} is said to have taken all up to {progress}, and has nothing after {last} (at {setting.Scheduler.Now})");
        Guarded(() =>
        {
            while (watcher == open && open.TryTake() is { } batch)
                Check(batch);
        });
    }

    private void Guarded(Action action)
    {
        try
        {
            action();
        }
        catch (LutraException refusal) when (refusal.Error == LutraError.Compacted)
        {
            var floor = node!.Loop!.Replica!.Keyspace.CompactRevision.Value;
            if (floor <= last + 1)
                violated($"I11: a watch from revision {last + 1} on node {node.Label} was told that it is compacted, and the floor is {floor}");
            last = Math.Max(last, floor - 1);
            Leave();
        }
        catch (LutraException)
        {
            Leave();
        }
        catch (IOException)
        {
            // A damaged disk: the node says so to whoever reads there.
            Leave();
        }
    }

    private void Check(WatchBatch batch)
    {
        for (var at = 0; at < batch.Events.Length;)
        {
            var revision = batch.Events[at].Current.ModRevision.Value;
            if (revision != last + 1)
                violated($"I11: after revision {last} a watch on node {node!.Label} is told of {revision} (at {setting.Scheduler.Now})");
            var print = new Fingerprint();
            var first = at;
            for (; at < batch.Events.Length && batch.Events[at].Current.ModRevision.Value == revision; at++)
            {
                var change = batch.Events[at];
                print.Add(change.IsDelete ? 1ul : 0);
                print.Add(change.Current.Key.Span);
                print.Add(change.Current.Value.Span);
                print.Add((ulong)change.Current.Version);
            }

            if (told.TryAdd(revision, print.Value))
                history.Add(revision, [.. batch.Events[first..at].Where(change => change.Current.Key.Span.StartsWith(WatchWorkload.Prefix.Span))]);
            else if (told[revision] != print.Value)
                violated($"I11: of revision {revision} a watch on node {node!.Label} is told something else than another watch was (at {setting.Scheduler.Now})");
            last = revision;
        }

        if (batch.Revision.Value > last)
            violated($"I11: a watch on node {node!.Label} is told that it has all up to {batch.Revision}, and has nothing after {last} (at {setting.Scheduler.Now})");
    }
}
