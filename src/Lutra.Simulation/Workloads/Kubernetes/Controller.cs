using System.Globalization;
using System.Text;
using Lutra.Keyspace.Commands;
using Lutra.Simulation.Cluster;

namespace Lutra.Simulation.Workloads.Kubernetes;

/// <summary>
/// Lists, watches, and changes what it believes to know: an object's value counts how often it was written, and is written only over the revision that was seen, so
/// that a lost update, or one done twice, is an object whose value and version differ.
/// </summary>
internal sealed class Controller : SequentialClient, IWorkloadClient
{
    private const int Pods = 12;
    private const long LeasesPerClient = 1_000_000;
    private const long FirstLease = 2_000_000_000_000;

    private static readonly byte[] prefix = "registry/"u8.ToArray();

    private readonly int number;
    private readonly ObjectBook book;
    private readonly Action<string> violated;
    private readonly Informer informer;
    private long leases;
    private (long Lease, TimeSpan Until) lease;

    public Controller(WorkloadSetting setting, int number, ObjectBook book, Action<string> violated)
        : base(setting, $"controller {number}")
    {
        (this.number, this.book, this.violated) = (number, book, violated);
        informer = new Informer(setting, Random, $"controller {number}", book, violated);
    }

    public static KeyRange Everything { get; } = KeyRange.Prefix(prefix);

    /// <summary>An object says how often it was written since it came to be, and that is its version.</summary>
    public static void Check(KeyValue value, string who, Action<string> violated)
    {
        if (ObjectBook.GenerationOf(value) != value.Version)
            violated($"P1: {who} that {Encoding.UTF8.GetString(value.Key.Span)} is generation {ObjectBook.GenerationOf(value)} and version {value.Version} at revision {value.ModRevision}");
    }

    /// <summary>Through each of <paramref name="nodes"/>, page by page.</summary>
    public void ReadBack(IReadOnlyList<SimulatedNode> nodes) => ThroughEach(nodes, (node, then) => List(node, _ => then()));

    protected override void Act(SimulatedNode node)
    {
        if (informer.Revision == 0)
        {
            List(node, listed =>
            {
                if (listed is { } found)
                    informer.Begin(found.Revision, found.Objects);
                Again();
            });
            return;
        }

        switch (Random.Next(14))
        {
            case 0:
                informer.Move();
                Again();
                break;
            case 1:
                List(node, _ => Again());
                break;
            case < 4:
                CompareCopy(node);
                break;
            case 4:
                WriteEvent(node);
                break;
            default:
                Change(node, string.Create(CultureInfo.InvariantCulture, $"registry/pods/{Random.Next(Pods):D2}"), 0);
                break;
        }
    }

    // The copy, which a watch made, is what the store says that there was.
    private void CompareCopy(SimulatedNode node)
    {
        var (revision, copy) = (informer.Revision, informer.Objects.ToArray());
        Read(node, new RangeOperation(Everything, Revision: new Revision(revision)), ending =>
        {
            if (ending.Result is RangeResult found)
                Listed(revision, found.KeyValues, $"the list of node {node.Label}", copy);
            Again();
        });
    }

    private void Listed(long revision, IReadOnlyList<KeyValue> objects, string by, IReadOnlyCollection<KeyValue>? copy = null)
    {
        foreach (var each in objects)
            Check(each, $"{by} says", violated);
        if (book.Listed(revision, objects, by) is { } wrong)
            violated(wrong);
        if (copy is not null && book.Listed(revision, copy, $"the copy of controller {number}") is { } other)
            violated(other);
    }

    // Optimistic: over what the copy says, however old that is.
    private void Change(SimulatedNode node, string key, long underLease)
    {
        var seen = informer.Find(key);
        var at = KeyRange.Single(Encoding.UTF8.GetBytes(key));
        var generation = seen is not null && Random.Next(5) == 0 ? 0 : (seen?.Version ?? 0) + 1;
        Operation change = generation == 0
            ? new DeleteOperation(at)
            : new PutOperation(at.From, Encoding.UTF8.GetBytes(generation.ToString(CultureInfo.InvariantCulture).PadRight(Random.Next(4, 300))), underLease);
        var isAsSeen = new Compare(at, CompareTarget.ModRevision, CompareResult.Equal, seen?.ModRevision.Value ?? 0);
        Write(node, new WriteCommand(new TransactionOperation([isAsSeen], [change], [new RangeOperation(at)])), ending =>
        {
            if (ending.Result is TransactionResult { Succeeded: true } done)
                book.Acknowledged(done.Revision.Value, key, generation);
            else if (ending.Result is TransactionResult { Results: [RangeResult { KeyValues: [var there] }] })
                Check(there, $"node {node.Label} answers", violated);
            AgainAfter(TimeSpan.FromMilliseconds(Random.Next(150)));
        });
    }

    // An event is there for as long as its lease, which nobody renews.
    private void WriteEvent(SimulatedNode node)
    {
        if (lease.Lease != 0 && Now < lease.Until)
        {
            Change(node, string.Create(CultureInfo.InvariantCulture, $"registry/events/{number:D2}/{leases:D4}"), lease.Lease);
            return;
        }

        var ttlSeconds = Random.Next(2, 12);
        var (wanted, until) = (FirstLease + (number * LeasesPerClient) + ++leases, Now + TimeSpan.FromSeconds(ttlSeconds * 0.8));
        Write(node, new GrantLeaseCommand(wanted, ttlSeconds), ending =>
        {
            lease = ending.IsDone ? (wanted, until) : default;
            Again();
        });
    }

    // The first page says the revision of all.
    private void List(SimulatedNode node, Action<(long Revision, IReadOnlyList<KeyValue> Objects)?> then) => NextPage(node, 0, [], Random.Next(1, 9), -1, then);

    private void NextPage(SimulatedNode node, long revision, List<KeyValue> listed, int limit, long left, Action<(long Revision, IReadOnlyList<KeyValue> Objects)?> then)
    {
        var from = listed.Count == 0 ? Everything : Everything with { From = (byte[])[.. listed[^1].Key.Span, 0] };
        Read(node, new RangeOperation(from, limit, new Revision(revision)), ending =>
        {
            if (ending.Result is not RangeResult page)
            {
                then(null);
                return;
            }

            var at = revision == 0 ? page.Revision.Value : revision;
            if ((left >= 0 && page.Count != left) || page.More != page.Count > page.KeyValues.Length || (page.More && page.KeyValues.Length != limit))
                violated($"P1: a page of node {node.Label} at revision {at} has {page.KeyValues.Length} objects of {page.Count}, where {left} are left and {limit} were asked for");
            if (page.KeyValues.Any(each => each.ModRevision.Value > at))
                violated($"P1: a page of node {node.Label} at revision {at} has an object of later");
            listed.AddRange(page.KeyValues);
            if (page.More)
            {
                NextPage(node, at, listed, limit, page.Count - page.KeyValues.Length, then);
                return;
            }

            Listed(at, listed, $"the pages of node {node.Label}");
            then((at, listed));
        });
    }
}
