using System.Collections.Immutable;

namespace Lutra.Keyspace.Tests.Model;

/// <summary>Runs operations on a copy of the state; every compare looks at the state before.</summary>
internal sealed class ModelRun(
    IReadOnlyDictionary<string, ModelKey> before, long revision, Func<long, IReadOnlyDictionary<string, ModelKey>> at)
{
    public SortedDictionary<string, ModelKey> After { get; } = new(before.ToDictionary(pair => pair.Key, pair => pair.Value), StringComparer.Ordinal);

    public bool HasChanged { get; private set; }

    private Revision Now => new(HasChanged ? revision + 1 : revision);

    public OperationResult Run(Operation operation)
    {
        switch (operation)
        {
            case PutOperation put:
                var key = Text.From(put.Key);
                After.TryGetValue(key, out var old);
                HasChanged = true;
                After[key] = new ModelKey(
                    put.IgnoreValue ? old!.Value : Text.From(put.Value), old?.Create ?? revision + 1, revision + 1, (old?.Version ?? 0) + 1,
                    put.IgnoreLease ? old!.Lease : put.Lease);
                return new PutResult(Now, put.ReturnPrevious && old is not null ? ModelRange.ToKeyValue(key, old) : null);
            case DeleteOperation delete:
                var gone = ModelRange.Within(delete.Range, After).ToArray();
                foreach (var (goneKey, _) in gone)
                    After.Remove(goneKey);
                HasChanged |= gone.Length > 0;
                ImmutableArray<KeyValue> previous = delete.ReturnPrevious ? [.. gone.Select(pair => ModelRange.ToKeyValue(pair.Key, pair.Value))] : [];
                return new DeleteResult(Now, gone.Length, previous);
            case RangeOperation range:
                return ModelRange.Read(range, range.Revision.Value == 0 ? After : at(range.Revision.Value), Now.Value);
            case TransactionOperation transaction:
                var succeeds = ModelCheck.Succeeds(transaction, before);
                ImmutableArray<OperationResult> results = [.. (succeeds ? transaction.Then : transaction.Else).Select(Run)];
                return new TransactionResult(Now, succeeds, results);
            default:
                throw new InvalidOperationException();
        }
    }
}
