using System.Collections.Immutable;

namespace Lutra.Keyspace;

/// <summary>
/// Collects what may belong to an answer. In key order a limit ends the collecting; in another order the candidates are sorted and cut
/// whenever they are twice the limit, so that a limit bounds the memory of every sort.
/// </summary>
internal sealed class Candidates(RangeOperation range, long answerBytesMax)
{
    // Under a small limit the candidates would be sorted too often.
    private const int SortedAtOnceMin = 16;

    private readonly List<KeyValue> found = [];
    private readonly bool isInKeyOrder = range.Sort == SortTarget.Key && !range.Descending;
    private readonly Comparison<KeyValue> order = SortOrder.For(range.Sort, range.Descending);
    private long foundBytes;
    private bool isCut;

    // A sort by value needs the values until it is done.
    private readonly bool withValue = !range.KeysOnly || range.Sort == SortTarget.Value;

    /// <summary>No key that comes can belong to the answer, and each of them would say that there is more.</summary>
    public bool IsFull => isInKeyOrder && range.Limit > 0 && found.Count >= range.Limit && !RevisionFilter.IsSet(range);

    /// <summary>There is more than the answer has.</summary>
    public void CutOff() => isCut = true;

    public bool Takes(in KeyVersion version)
    {
        if (!RevisionFilter.Passes(range, version))
            return false;
        if (!isInKeyOrder || range.Limit == 0 || found.Count < range.Limit)
            return true;
        isCut = true;
        return false;
    }

    public void Add(ReadOnlySpan<byte> key, in KeyVersion version)
    {
        found.Add(version.ToKeyValue(key, withValue));
        foundBytes += SizeBytes(found[^1]);
        if (!isInKeyOrder && range.Limit > 0 && found.Count / 2 >= Math.Max(range.Limit, SortedAtOnceMin))
            Cut();
        if (foundBytes <= answerBytesMax)
            return;
        if (!isInKeyOrder && range.Limit > 0 && found.Count > range.Limit)
            Cut();
        if (foundBytes > answerBytesMax)
            throw TooLarge(answerBytesMax);
    }

    public ImmutableArray<KeyValue> Take(out bool more)
    {
        if (!isInKeyOrder)
            Cut();
        more = isCut;
        if (range.KeysOnly && withValue)
        {
            for (var i = 0; i < found.Count; i++)
                found[i] = found[i] with { Value = ReadOnlyMemory<byte>.Empty };
        }

        return [.. found];
    }

    public static long SizeBytes(KeyValue keyValue) => keyValue.Key.Length + keyValue.Value.Length + KeyspaceLimits.KeyValueOverheadBytes;

    private static LutraException TooLarge(long answerBytesMax) => new(
        LutraError.TooLarge, $"The answer is larger than {answerBytesMax} bytes: set a limit and read on after the last key.");

    private void Cut()
    {
        found.Sort(order);
        if (range.Limit == 0 || found.Count <= range.Limit)
            return;
        var limit = (int)range.Limit;
        for (var i = limit; i < found.Count; i++)
            foundBytes -= SizeBytes(found[i]);
        found.RemoveRange(limit, found.Count - limit);
        isCut = true;
    }
}

/// <summary>
/// Orders of an answer. What is equal in the target lies in the order of keys, whichever way the target is sorted: no order depends on chance.
/// </summary>
internal static class SortOrder
{
    public static Comparison<KeyValue> For(SortTarget target, bool descending)
    {
        Comparison<KeyValue> ascending = target switch
        {
            SortTarget.Key => ByKey,
            SortTarget.Version => (x, y) => x.Version.CompareTo(y.Version),
            SortTarget.CreateRevision => (x, y) => x.CreateRevision.CompareTo(y.CreateRevision),
            SortTarget.ModRevision => (x, y) => x.ModRevision.CompareTo(y.ModRevision),
            SortTarget.Value => (x, y) => x.Value.Span.SequenceCompareTo(y.Value.Span),
            _ => throw new ArgumentOutOfRangeException(nameof(target), target, "No such sort target."),
        };
        return descending ? (x, y) => Or(ascending(y, x), x, y) : (x, y) => Or(ascending(x, y), x, y);
    }

    private static int ByKey(KeyValue x, KeyValue y) => x.Key.Span.SequenceCompareTo(y.Key.Span);

    private static int Or(int order, KeyValue x, KeyValue y) => order != 0 ? order : ByKey(x, y);
}
