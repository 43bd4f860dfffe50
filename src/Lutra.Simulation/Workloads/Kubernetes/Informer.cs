using System.Text;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Workloads.Watches;

namespace Lutra.Simulation.Workloads.Kubernetes;

/// <summary>
/// A copy of all objects, begun by a list and kept by a watch, through one node after another: at each revision that it has come to it is what a list of that revision
/// would be.
/// </summary>
internal sealed class Informer(WorkloadSetting setting, Random random, string name, ObjectBook book, Action<string> violated)
{
    private readonly SortedDictionary<string, KeyValue> objects = new(StringComparer.Ordinal);
    private WatchSession? session;
    private long begun;

    /// <summary>Up to here it has been told everything; 0: it has no copy.</summary>
    public long Revision { get; private set; }

    public IReadOnlyCollection<KeyValue> Objects => objects.Values;

    public KeyValue? Find(string key) => objects.GetValueOrDefault(key);

    /// <summary>Begins anew with a list.</summary>
    public void Begin(long revision, IEnumerable<KeyValue> listed)
    {
        Leave();
        objects.Clear();
        foreach (var each in listed)
            objects.Add(KeyOf(each), each);
        Revision = begun = revision;
        Move();
    }

    /// <summary>Goes on at another node.</summary>
    public void Move()
    {
        if (Revision == 0)
            return;
        Leave();
        begun = Revision;
        var node = setting.Cluster.Nodes[random.Next(setting.Cluster.Nodes.Count)];
        var watch = new WatchOperation(Controller.Everything, new Revision(Revision + 1));
        session = new WatchSession(node, watch, batch => Took(node, batch), Refused)
        {
            Slowness = TimeSpan.FromMilliseconds(random.Next(3) == 0 ? random.Next(500) : 0),
            StreamedIn = random.Next(2) == 0 ? null : random.Next(100, 2000),
        };
        session.Open();
    }

    private void Leave()
    {
        session?.Close();
        book.Followed(begun + 1, Revision);
    }

    private void Refused(LutraException reason)
    {
        if (reason.Error != LutraError.Compacted)
            return;
        Leave();
        Revision = begun = 0;
    }

    private void Took(SimulatedNode node, WatchBatch batch)
    {
        foreach (var change in batch.Events)
            Took(node, change);
        Revision = Math.Max(Revision, batch.Revision.Value);
    }

    private void Took(SimulatedNode node, WatchEvent change)
    {
        var key = KeyOf(change.Current);
        var revision = change.Current.ModRevision.Value;
        if (revision <= Revision)
            violated($"I11: {name} has all up to revision {Revision}, and is told of {revision} on node {node.Label}");
        var was = objects.GetValueOrDefault(key);
        if (change.IsDelete)
        {
            if (was is null)
                violated($"I11: {name} is told on node {node.Label} that {key} ended at revision {revision}, and there was none");
            objects.Remove(key);
        }
        else
        {
            if (change.Current.Version != (was?.Version ?? 0) + 1)
                violated($"I11: {name} is told on node {node.Label} of version {change.Current.Version} of {key} at revision {revision}, after version {was?.Version ?? 0}");
            Controller.Check(change.Current, $"{name} is told on node {node.Label}", violated);
            objects[key] = change.Current;
        }

        if (book.Told(revision, key, change.IsDelete ? 0 : ObjectBook.GenerationOf(change.Current)) is { } wrong)
            violated(wrong);
    }

    private static string KeyOf(KeyValue value) => Encoding.UTF8.GetString(value.Key.Span);
}
