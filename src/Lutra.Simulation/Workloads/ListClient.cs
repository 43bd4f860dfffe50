using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Lutra.Keyspace.Commands;
using Lutra.Simulation.Checking;
using Lutra.Simulation.Cluster;

namespace Lutra.Simulation.Workloads;

/// <summary>
/// Reads all lists at once; then, in a transaction, appends to some of them if they are still as they were read, and reads the others. Where they are not it
/// reads them all again, in the same transaction.
/// </summary>
internal sealed class ListClient(WorkloadSetting setting, int number, ListWorkload workload) : SequentialClient(setting, $"list client {number}")
{
    private const int ElementsPerClient = 1_000_000;

    private int appended;

    /// <summary>What was asked and is not answered: a run that is cut short leaves it open, and it may be done. Null: nothing that writes.</summary>
    public ListTransaction? UnderWay { get; private set; }

    protected override bool HasEnough => workload.HasEnough;

    /// <summary>Reads all that there ever was, through each of <paramref name="nodes"/>.</summary>
    public void ReadBack(IReadOnlyList<SimulatedNode> nodes, int lists) => ThroughEach(nodes, (node, then) => ReadAll(node, [.. Enumerable.Range(0, lists)], _ => then()));

    protected override void Act(SimulatedNode node)
    {
        var lists = workload.Current.ToArray();
        ReadAll(node, lists, found =>
        {
            if (found is null || Random.Next(3) == 0)
                Again();
            else
                Append(node, lists, found);
        });
    }

    // Null: the read failed.
    private void ReadAll(SimulatedNode node, int[] lists, Action<KeyValue[]?> then)
    {
        var invoked = Now.Ticks;
        Read(node, Whole(lists), ending =>
        {
            if (ending.Result is RangeResult found)
                workload.Record(new ListTransaction(number, invoked, Now.Ticks, [], ReadsOf([found], lists)));
            then(ending.Result is RangeResult { KeyValues: var pairs } ? [.. pairs] : null);
        });
    }

    private void Append(SimulatedNode node, int[] lists, KeyValue[] found)
    {
        var targets = lists.Where(_ => Random.Next(2) == 0).ToArray();
        if (targets.Length == 0)
            targets = [lists[Random.Next(lists.Length)]];
        var others = lists.Except(targets).ToArray();
        var appends = targets.Select(list => new ListAppend(list, (number * ElementsPerClient) + ++appended)).ToImmutableArray();
        var compares = targets.Select(list => UnchangedSince(list, found)).ToImmutableArray();
        Operation[] puts = [.. appends.Select(append => With(append, found))];
        Operation[] reads = [.. others.Select(list => new RangeOperation(KeyRange.Single(ListWorkload.KeyOf(list))))];
        var asked = new ListTransaction(number, Now.Ticks, long.MaxValue, appends, []);
        UnderWay = asked;
        Write(node, new WriteCommand(new TransactionOperation(compares, [.. reads, .. puts], [Whole(lists)])), ending =>
        {
            UnderWay = null;
            if (ending.Result is TransactionResult { Succeeded: true } done)
                workload.Record(asked with { Returned = Now.Ticks, Reads = [.. ReadsOf(done.Results.OfType<RangeResult>(), others), .. ReadsOf(targets, found)] });
            else if (ending.Result is TransactionResult notDone)
                workload.Record(asked with { Returned = Now.Ticks, Appends = [], Reads = ReadsOf(notDone.Results.OfType<RangeResult>(), lists) });
            else if (ending.IsUnknown)
                workload.Record(asked);
            Again();
        });
    }

    private static RangeOperation Whole(int[] lists) => new(new KeyRange(ListWorkload.KeyOf(lists.Min()), ListWorkload.KeyOf(lists.Max() + 1)));

    private static Compare UnchangedSince(int list, KeyValue[] found)
    {
        var key = KeyRange.Single(ListWorkload.KeyOf(list));
        return new Compare(key, CompareTarget.ModRevision, CompareResult.Equal, PairOf(list, found)?.ModRevision.Value ?? 0);
    }

    private static PutOperation With(ListAppend append, KeyValue[] found)
    {
        var before = PairOf(append.List, found) is { } pair ? Encoding.UTF8.GetString(pair.Value.Span) + ' ' : "";
        return new PutOperation(ListWorkload.KeyOf(append.List), Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{before}{append.Element}")));
    }

    private static ImmutableArray<ListRead> ReadsOf(IEnumerable<RangeResult> results, int[] lists) => ReadsOf(lists, [.. results.SelectMany(result => result.KeyValues)]);

    // What the compares of a transaction found to be unchanged was read by it, too.
    private static ImmutableArray<ListRead> ReadsOf(int[] lists, KeyValue[] found) => [.. lists.Select(list => new ListRead(list, ElementsOf(PairOf(list, found))))];

    private static KeyValue? PairOf(int list, KeyValue[] found)
    {
        var key = ListWorkload.KeyOf(list);
        return Array.Find(found, pair => pair.Key.Span.SequenceEqual(key));
    }

    private static ImmutableArray<int> ElementsOf(KeyValue? pair) => pair is null
        ? []
        : [.. Encoding.UTF8.GetString(pair.Value.Span).Split(' ').Select(element => int.Parse(element, CultureInfo.InvariantCulture))];
}
