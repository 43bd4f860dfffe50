using System.Collections.Immutable;
using System.Text;

namespace Lutra.Simulation.Workloads.Ranges;

/// <summary>
/// What must be in keys that one client alone writes, one request after the other: the store as simple as can be, against which every answer is held, value,
/// revisions, version, lease, order and count.
/// </summary>
internal sealed class OwnKeys
{
    private const int PastMax = 30;

    /// <summary>A revision that no store comes to.</summary>
    public static readonly Revision Future = new(1L << 50);

    private readonly List<(long Revision, ImmutableSortedDictionary<string, KeyValue> Keys)> past = [];

    /// <summary>As they are now.</summary>
    public ImmutableSortedDictionary<string, KeyValue> Now { get; private set; } = ImmutableSortedDictionary.Create<string, KeyValue>(StringComparer.Ordinal);

    /// <summary>The revision of the last change.</summary>
    public long Newest { get; private set; }

    /// <summary>The revisions of the last changes, oldest first: what the keys were then is known.</summary>
    public IReadOnlyList<long> Past => [.. past.Select(each => each.Revision)];

    /// <summary>The leases that there are.</summary>
    public ImmutableSortedSet<long> Leases { get; private set; } = [];

    /// <summary>The operation was done, and this was the answer: what is wrong with it; null: nothing.</summary>
    public string? Done(Operation operation, OperationResult answer)
    {
        var before = Now;
        var wrong = Do(operation, answer, answer.Revision.Value, before);
        if (before == Now)
            return wrong ?? (answer.Revision.Value < Newest ? $"it has revision {answer.Revision}, before {Newest}" : null);
        wrong ??= answer.Revision.Value <= Newest ? $"it has revision {answer.Revision}, after {Newest}" : null;
        Remember(answer.Revision.Value);
        return wrong;
    }

    public void Granted(long lease) => Leases = Leases.Add(lease);

    /// <summary>The lease has ended: its keys are gone.</summary>
    public void Revoked(long lease, long revision)
    {
        var gone = KeysOf(lease);
        (Now, Leases) = (Now.RemoveRange(gone), Leases.Remove(lease));
        if (gone.Length > 0)
            Remember(revision);
    }

    /// <summary>The keys that hang on a lease, in their order.</summary>
    public string[] KeysOf(long lease) => [.. Now.Where(pair => pair.Value.Lease == lease).Select(pair => pair.Key)];

    /// <summary>The keys as an operation at this revision sees them; none: now.</summary>
    public ImmutableSortedDictionary<string, KeyValue> At(Revision revision) =>
        revision.Value == 0 ? Now : past.First(each => each.Revision == revision.Value).Keys;

    /// <summary>The operations of a transaction that are done, as the keys are now.</summary>
    public ImmutableArray<Operation> BranchOf(TransactionOperation transaction) => BranchOf(transaction, Now, out _);

    /// <summary>What is wrong with an answer about the keys as they were; null: nothing.</summary>
    public string? Read(ImmutableSortedDictionary<string, KeyValue> keys, RangeOperation range, RangeResult answer)
    {
        KeyValue[] within = [.. Within(keys, range.Range)];
        if (answer.Revision.Value < Newest)
            return $"it names {answer.Revision} as the store's revision, after {Newest}";
        if (answer.Count != within.Length)
            return $"it counts {answer.Count}, and there are {within.Length}";
        if (range.CountOnly)
            return null;
        KeyValue[] all = [.. within.Where(pair => Passes(range, pair))];
        Array.Sort(all, (left, right) => Order(range.Sort, left, right) * (range.Descending ? -1 : 1) is not 0 and var order ? order : ByKey(left, right));
        KeyValue[] wanted = range.Limit > 0 ? [.. all.Take((int)range.Limit)] : all;
        if (answer.KeyValues.Length != wanted.Length || answer.More != wanted.Length < all.Length)
            return $"it has {answer.KeyValues.Length} keys{(answer.More ? " and more" : "")}, of {all.Length}, with a limit of {range.Limit}";
        for (var at = 0; at < wanted.Length; at++)
        {
            if (!IsSame(wanted[at], answer.KeyValues[at], range.KeysOnly))
                return $"it has {Describe(answer.KeyValues[at])} where {Describe(wanted[at])} should be";
        }

        return null;
    }

    private static bool Passes(RangeOperation range, KeyValue pair) =>
        pair.ModRevision >= range.MinModRevision && (range.MaxModRevision.Value == 0 || pair.ModRevision <= range.MaxModRevision)
        && pair.CreateRevision >= range.MinCreateRevision && (range.MaxCreateRevision.Value == 0 || pair.CreateRevision <= range.MaxCreateRevision);

    private void Remember(long revision)
    {
        Newest = revision;
        past.Add((revision, Now));
        if (past.Count > PastMax)
            past.RemoveAt(0);
    }

    // Which way a transaction goes is decided on the state before all of it, nested or not.
    private string? Do(Operation operation, OperationResult answer, long revision, ImmutableSortedDictionary<string, KeyValue> before) => (operation, answer) switch
    {
        (PutOperation put, PutResult done) => Put(put, done, revision),
        (DeleteOperation delete, DeleteResult done) => Delete(delete, done),
        (RangeOperation range, RangeResult done) => Read(At(range.Revision), range, done),
        (TransactionOperation transaction, TransactionResult done) => Transaction(transaction, done, revision, before),
        _ => $"it is a {answer.GetType().Name}",
    };

    private string? Put(PutOperation put, PutResult done, long revision)
    {
        var key = Text(put.Key);
        var before = Now.GetValueOrDefault(key);
        var (value, lease) = (put.IgnoreValue ? before!.Value : put.Value, put.IgnoreLease ? before!.Lease : put.Lease);
        var at = new Revision(revision);
        Now = Now.SetItem(key, new KeyValue(put.Key, value, before?.CreateRevision ?? at, at, (before?.Version ?? 0) + 1, lease));
        if (done.Revision.Value != revision)
            return $"a put in it has revision {done.Revision}, and it {revision}";
        if (!put.ReturnPrevious)
            return done.Previous is null ? null : "it tells what was there before, and nobody asked";
        return before is null ? done.Previous is null ? null : $"before it there was {Describe(done.Previous)}, and there was nothing"
            : done.Previous is { } told && IsSame(before, told, keysOnly: false) ? null : $"before it there was {Describe(done.Previous)}, and it was {Describe(before)}";
    }

    private string? Delete(DeleteOperation delete, DeleteResult done)
    {
        KeyValue[] gone = [.. Within(Now, delete.Range)];
        Now = Now.RemoveRange(gone.Select(pair => Text(pair.Key)));
        if (done.Deleted != gone.Length)
            return $"it deleted {done.Deleted}, and there were {gone.Length}";
        return !delete.ReturnPrevious || (done.Previous.Length == gone.Length && gone.Zip(done.Previous).All(pair => IsSame(pair.First, pair.Second, keysOnly: false)))
            ? null : "what it deleted was something else";
    }

    private string? Transaction(TransactionOperation transaction, TransactionResult done, long revision, ImmutableSortedDictionary<string, KeyValue> before)
    {
        var branch = BranchOf(transaction, before, out var holds);
        if (holds != done.Succeeded)
            return $"its compares {(done.Succeeded ? "held" : "did not hold")}, and they {(holds ? "do" : "do not")}: {transaction.Compares[0]}";
        if (branch.Length != done.Results.Length)
            return $"it has {done.Results.Length} answers to {branch.Length} operations";
        return branch.Zip(done.Results).Select(pair => Do(pair.First, pair.Second, revision, before)).ToArray().FirstOrDefault(wrong => wrong is not null);
    }

    private static ImmutableArray<Operation> BranchOf(TransactionOperation transaction, ImmutableSortedDictionary<string, KeyValue> keys, out bool holds)
    {
        holds = transaction.Compares.All(compare => Holds(compare, keys));
        return holds ? transaction.Then : transaction.Else;
    }

    private static bool Holds(Compare compare, ImmutableSortedDictionary<string, KeyValue> keys)
    {
        KeyValue?[] within = [.. Within(keys, compare.Range)];
        return (within.Length > 0 ? within : [null]).All(found => Holds(compare, found));
    }

    private static bool Holds(Compare compare, KeyValue? found)
    {
        if (compare.Target == CompareTarget.Value && found is null)
            return false;
        var order = compare.Target switch
        {
            CompareTarget.Version => (found?.Version ?? 0).CompareTo(compare.Number),
            CompareTarget.CreateRevision => (found?.CreateRevision.Value ?? 0).CompareTo(compare.Number),
            CompareTarget.ModRevision => (found?.ModRevision.Value ?? 0).CompareTo(compare.Number),
            CompareTarget.Lease => (found?.Lease ?? 0).CompareTo(compare.Number),
            _ => found!.Value.Span.SequenceCompareTo(compare.Value.Span),
        };
        return compare.Result switch
        {
            CompareResult.Equal => order == 0,
            CompareResult.Greater => order > 0,
            CompareResult.Less => order < 0,
            _ => order != 0,
        };
    }

    // What is equal in the target lies in the order of keys, whichever way the target is sorted.
    private static int Order(SortTarget target, KeyValue left, KeyValue right) => target switch
    {
        SortTarget.Version => left.Version.CompareTo(right.Version),
        SortTarget.CreateRevision => left.CreateRevision.Value.CompareTo(right.CreateRevision.Value),
        SortTarget.ModRevision => left.ModRevision.Value.CompareTo(right.ModRevision.Value),
        SortTarget.Value => left.Value.Span.SequenceCompareTo(right.Value.Span),
        _ => ByKey(left, right),
    };

    private static int ByKey(KeyValue left, KeyValue right) => left.Key.Span.SequenceCompareTo(right.Key.Span);

    private static IEnumerable<KeyValue> Within(ImmutableSortedDictionary<string, KeyValue> keys, KeyRange range) =>
        keys.Values.Where(pair => range.Contains(pair.Key.Span));

    private static bool IsSame(KeyValue left, KeyValue right, bool keysOnly) =>
        left.Key.Span.SequenceEqual(right.Key.Span) && (keysOnly ? right.Value.IsEmpty : left.Value.Span.SequenceEqual(right.Value.Span))
        && (left.CreateRevision, left.ModRevision, left.Version, left.Lease) == (right.CreateRevision, right.ModRevision, right.Version, right.Lease);

    private static string Describe(KeyValue? pair) => pair is null ? "nothing"
        : $"{Text(pair.Key)} ({pair.Value.Length} bytes, created {pair.CreateRevision}, changed {pair.ModRevision}, version {pair.Version}, lease {pair.Lease})";

    /// <summary>A key as text whose order is that of the bytes.</summary>
    public static string Text(ReadOnlyMemory<byte> key) => Encoding.Latin1.GetString(key.Span);
}
