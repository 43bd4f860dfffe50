using System.Collections.Immutable;

namespace Lutra;

/// <summary>What an operation did or found.</summary>
/// <param name="Revision">
/// The store's revision: after a write the one it made (or the current one, if it changed nothing); for a read the current one when it
/// was served.
/// </param>
public abstract record OperationResult(Revision Revision);

public sealed record PutResult(Revision Revision, KeyValue? Previous) : OperationResult(Revision);

/// <param name="Deleted">How many keys there were.</param>
/// <param name="Previous">What they held, in key order, if asked for.</param>
public sealed record DeleteResult(Revision Revision, long Deleted, ImmutableArray<KeyValue> Previous) : OperationResult(Revision);

/// <param name="Count">The live keys in the range, whatever the limit and the filters.</param>
/// <param name="More">The limit cut some off.</param>
public sealed record RangeResult(Revision Revision, ImmutableArray<KeyValue> KeyValues, long Count, bool More) : OperationResult(Revision);

/// <param name="Succeeded">Every compare held.</param>
/// <param name="Results">One for each operation of the branch that was taken.</param>
public sealed record TransactionResult(Revision Revision, bool Succeeded, ImmutableArray<OperationResult> Results) : OperationResult(Revision);

public sealed record CompactResult(Revision Revision) : OperationResult(Revision);
