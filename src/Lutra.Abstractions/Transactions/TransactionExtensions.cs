namespace Lutra;

/// <summary>Transactions that are built step by step, and what they answer.</summary>
public static class TransactionExtensions
{
    /// <summary>A transaction without conditions or operations, to which they are added.</summary>
    public static Transaction Transaction(this ILutraClient client) => new(client, new TransactionOperation([], [], []));

    /// <summary>What the operation at <paramref name="at"/> of the branch that was taken has read. Throws <see cref="InvalidCastException"/> where it was no read.</summary>
    public static RangeResult Read(this TransactionResult result, int at) => (RangeResult)result.Results[at];

    /// <summary>The one key that the operation at <paramref name="at"/> of the branch that was taken has read; null: it was not there.</summary>
    public static KeyValue? ReadKey(this TransactionResult result, int at) => result.Read(at).KeyValues is [var only, ..] ? only : null;
}
