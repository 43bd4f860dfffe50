using System.Collections.Immutable;

namespace Lutra.Keyspace;

/// <summary>
/// The way through a transaction and those nested in it, decided wholly on the state before it. Walks over the chosen operations meet the
/// transactions in the same order in which they were decided.
/// </summary>
internal sealed class TransactionPath(UserKeys keys)
{
    private readonly List<bool> succeeded = [];
    private int next;

    /// <summary>Decides every transaction in <paramref name="operation"/> that is on the way.</summary>
    public void Decide(Operation operation)
    {
        succeeded.Clear();
        DecideNested(operation);
        Restart();
    }

    /// <summary>A walk begins.</summary>
    public void Restart() => next = 0;

    /// <summary>The branch of the next transaction of the walk.</summary>
    public ImmutableArray<Operation> Branch(TransactionOperation transaction, out bool hasSucceeded)
    {
        hasSucceeded = succeeded[next++];
        return hasSucceeded ? transaction.Then : transaction.Else;
    }

    private void DecideNested(Operation operation)
    {
        if (operation is not TransactionOperation transaction)
            return;
        var holds = AllHold(transaction.Compares);
        Marks.TransactionTookElse.HitIf(!holds);
        succeeded.Add(holds);
        foreach (var inner in holds ? transaction.Then : transaction.Else)
            DecideNested(inner);
    }

    private bool AllHold(ImmutableArray<Compare> compares)
    {
        foreach (var compare in compares)
        {
            if (!CompareRule.Holds(compare, keys))
                return false;
        }

        return true;
    }
}
