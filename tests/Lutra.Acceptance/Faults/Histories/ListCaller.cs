using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Lutra.Client;
using Lutra.Simulation.Checking;

namespace Lutra.Acceptance.Faults.Histories;

/// <summary>Reads all lists at once; then, in one transaction, appends to some of them if all are as they were read.</summary>
internal sealed class ListCaller(IReadOnlyList<LutraClient> nodes, int number, int seed, ListBook book) : Caller(nodes, number, seed)
{
    public Task ReadAsync(LutraClient node, int epoch) => FindAsync(node, epoch);

    protected override async Task ActAsync(LutraClient node)
    {
        var epoch = book.Epoch;
        if (await FindAsync(node, epoch) is not { } found || Random.Next(3) == 0)
            return;
        var targets = Enumerable.Range(0, ListBook.Lists).Where(_ => Random.Next(2) == 0).DefaultIfEmpty(Random.Next(ListBook.Lists)).ToArray();
        var appends = targets.Select(list => new ListAppend(list, book.NextElement())).ToImmutableArray();
        var asked = new ListTransaction(Number, Now, long.MaxValue, appends, []);
        var transaction = new TransactionOperation(
            [.. Enumerable.Range(0, ListBook.Lists).Select(list => new Compare(KeyRange.Single(KeyOf(epoch, list)), CompareTarget.ModRevision, CompareResult.Equal, PairOf(epoch, list, found)?.ModRevision.Value ?? 0))],
            [.. appends.Select(append => new PutOperation(KeyOf(epoch, append.List), Appended(PairOf(epoch, append.List, found), append.Element)))],
            []);
        var answer = await AskAsync(() => node.TransactAsync(transaction), () => book.Record(epoch, asked));

        // What the compares found to be unchanged was read by the transaction, too; one that found a change did nothing.
        if (answer is { Succeeded: true })
            book.Record(epoch, asked with { Returned = Now, Reads = ReadsOf(epoch, found) });
    }

    // Null: the read failed.
    private async Task<ImmutableArray<KeyValue>?> FindAsync(LutraClient node, int epoch)
    {
        var invoked = Now;
        var found = await AskAsync(() => node.RangeAsync(new RangeOperation(KeyRange.Prefix(Encoding.UTF8.GetBytes(ListBook.PrefixOf(epoch))))));
        if (found is null)
            return null;
        book.Record(epoch, new ListTransaction(Number, invoked, Now, [], ReadsOf(epoch, found.KeyValues)));
        return found.KeyValues;
    }

    private static ImmutableArray<ListRead> ReadsOf(int epoch, ImmutableArray<KeyValue> found) =>
        [.. Enumerable.Range(0, ListBook.Lists).Select(list => new ListRead(list, ElementsOf(PairOf(epoch, list, found))))];

    private static ImmutableArray<int> ElementsOf(KeyValue? pair) =>
        pair is null ? [] : [.. Encoding.UTF8.GetString(pair.Value.Span).Split(' ').Select(element => int.Parse(element, CultureInfo.InvariantCulture))];

    private static byte[] Appended(KeyValue? before, int element) =>
        Encoding.UTF8.GetBytes(before is null ? $"{element}" : $"{Encoding.UTF8.GetString(before.Value.Span)} {element}");

    private static KeyValue? PairOf(int epoch, int list, ImmutableArray<KeyValue> found) =>
        found.FirstOrDefault(pair => pair.Key.Span.SequenceEqual(KeyOf(epoch, list)));

    private static byte[] KeyOf(int epoch, int list) => Encoding.UTF8.GetBytes($"{ListBook.PrefixOf(epoch)}{list}");
}
