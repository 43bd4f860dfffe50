using System.Collections.Immutable;

namespace Lutra;

/// <summary>What can be asked of the store, alone or inside a transaction.</summary>
public abstract record Operation;

/// <summary>Writes a key. <paramref name="IgnoreValue"/> and <paramref name="IgnoreLease"/> keep what is there; the key must then exist.</summary>
/// <param name="Lease">Attach the key to this lease; 0: to none.</param>
/// <param name="ReturnPrevious">Answer with what was there before.</param>
public sealed record PutOperation(
    ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value, long Lease = 0, bool ReturnPrevious = false, bool IgnoreValue = false,
    bool IgnoreLease = false) : Operation;

/// <summary>Deletes every key in the range; none is no error.</summary>
public sealed record DeleteOperation(KeyRange Range, bool ReturnPrevious = false) : Operation;

public enum SortTarget
{
    Key = 0,
    Version = 1,
    CreateRevision = 2,
    ModRevision = 3,
    Value = 4,
}

/// <summary>Reads a range at one revision. The order of work: filters by revision, sort, limit, keys only (etcd's order).</summary>
/// <param name="Limit">The most keys to answer with; 0: all.</param>
/// <param name="Revision">Read the store as of this revision; none: the newest.</param>
/// <param name="KeysOnly">Leave the values out.</param>
/// <param name="CountOnly">Only count.</param>
public sealed record RangeOperation(
    KeyRange Range,
    long Limit = 0,
    Revision Revision = default,
    SortTarget Sort = SortTarget.Key,
    bool Descending = false,
    bool KeysOnly = false,
    bool CountOnly = false,
    Revision MinModRevision = default,
    Revision MaxModRevision = default,
    Revision MinCreateRevision = default,
    Revision MaxCreateRevision = default) : Operation;

/// <summary>If every compare holds, <paramref name="Then"/>, else <paramref name="Else"/>: at once, or not at all.</summary>
public sealed record TransactionOperation(
    ImmutableArray<Compare> Compares, ImmutableArray<Operation> Then, ImmutableArray<Operation> Else) : Operation
{
    public bool Equals(TransactionOperation? other) =>
        other is not null && Compares.SequenceEqual(other.Compares) && Then.SequenceEqual(other.Then) && Else.SequenceEqual(other.Else);

    public override int GetHashCode() => HashCode.Combine(Compares.Length, Then.Length, Else.Length);
}
