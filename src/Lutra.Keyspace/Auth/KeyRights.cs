using System.Collections.Immutable;

namespace Lutra.Keyspace.Auth;

/// <summary>
/// Keys that may be read, or written: disjoint stretches, none touching the next, in order. So a range that several permissions cover only together is covered by
/// one stretch, which one probe finds.
/// </summary>
internal sealed class KeyRights
{
    public static readonly KeyRights None = new([]);

    // An empty end is the end of the store.
    private readonly ImmutableArray<(ReadOnlyMemory<byte> From, ReadOnlyMemory<byte> End)> stretches;

    private KeyRights(ImmutableArray<(ReadOnlyMemory<byte>, ReadOnlyMemory<byte>)> stretches) => this.stretches = stretches;

    public static KeyRights Of(IEnumerable<KeyRange> ranges)
    {
        var sorted = ranges.Select(Whole).OrderBy(range => range.From, Commands.KeyOrder.Instance);
        var merged = new List<(ReadOnlyMemory<byte> From, ReadOnlyMemory<byte> End)>();
        foreach (var (from, end) in sorted)
        {
            if (merged is not [.., var last] || IsBefore(last.End, from))
                merged.Add((from, end));
            else if (IsLater(end, last.End))
                merged[^1] = (last.From, end);
        }

        return merged.Count == 0 ? None : new KeyRights([.. merged]);
    }

    /// <summary>Whether every key of a range is among them; of a range without keys, whether its bounds are.</summary>
    public bool Cover(KeyRange range)
    {
        var from = range.From.Span;
        var (low, high) = (0, stretches.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (stretches[middle].From.Span.SequenceCompareTo(FirstOf(from)) <= 0)
                low = middle + 1;
            else
                high = middle;
        }

        if (low == 0)
            return false;
        var end = stretches[low - 1].End;
        if (end.IsEmpty)
            return true;
        if (FirstOf(from).SequenceCompareTo(end.Span) >= 0)
            return false;

        // A single key lies below the end, and nothing lies between it and what comes directly after it.
        return range.End is not { } asked || (!asked.IsEmpty && asked.Span.SequenceCompareTo(end.Span) <= 0);
    }

    // No key is empty: what begins at nothing begins at the smallest key.
    private static ReadOnlySpan<byte> FirstOf(ReadOnlySpan<byte> from) => from.IsEmpty ? [0] : from;

    private static (ReadOnlyMemory<byte> From, ReadOnlyMemory<byte> End) Whole(KeyRange range) =>
        (range.From, range.End ?? (byte[])[.. range.From.Span, 0]);

    private static bool IsBefore(ReadOnlyMemory<byte> end, ReadOnlyMemory<byte> from) => !end.IsEmpty && end.Span.SequenceCompareTo(from.Span) < 0;

    private static bool IsLater(ReadOnlyMemory<byte> end, ReadOnlyMemory<byte> than) =>
        !than.IsEmpty && (end.IsEmpty || end.Span.SequenceCompareTo(than.Span) > 0);
}
