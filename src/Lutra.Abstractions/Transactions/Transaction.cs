namespace Lutra;

/// <summary>
/// A transaction as it is written down: <c>client.Transaction().If(When.Missing("a")).Then(Do.Put("a", "1")).Else(Do.Get("a")).RunAsync()</c>. Each step gives a
/// new one, and leaves what it came from as it was.
/// </summary>
public sealed class Transaction
{
    private readonly ILutraClient client;

    internal Transaction(ILutraClient client, TransactionOperation operation) => (this.client, Operation) = (client, operation);

    /// <summary>What is asked for: also for nesting it in another.</summary>
    public TransactionOperation Operation { get; }

    /// <summary>All of these must hold, and those that were given before.</summary>
    public Transaction If(params ReadOnlySpan<Compare> conditions) => new(client, Operation with { Compares = [.. Operation.Compares, .. conditions] });

    /// <summary>What is done where all conditions hold, behind what was given before.</summary>
    public Transaction Then(params ReadOnlySpan<Operation> operations) => new(client, Operation with { Then = [.. Operation.Then, .. operations] });

    /// <summary>What is done where one of the conditions does not hold, behind what was given before.</summary>
    public Transaction Else(params ReadOnlySpan<Operation> operations) => new(client, Operation with { Else = [.. Operation.Else, .. operations] });

    public ValueTask<TransactionResult> RunAsync(WriteOptions options = default, CancellationToken cancellationToken = default) =>
        client.TransactAsync(Operation, options, cancellationToken);
}
