namespace Lutra.Cli.Transfer.FromEtcd;

/// <summary>
/// Writes into the cluster, many keys to a transaction and a few transactions at a time. What may or may not have been done is done again: it sets the same keys to the
/// same values.
/// </summary>
/// <param name="leases">Grants anew what ended before its keys came.</param>
internal sealed class PutBatches(ILutraClient target, LeaseCopies leases, CancellationToken cancellationToken)
{
    private const int BatchKeysMax = 100;
    private const int BatchBytesMax = 512 * 1024;
    private const int BatchesAtOnce = 8;
    private const int TriesMax = 10;

    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(500);

    private readonly Queue<Task> sent = [];
    private List<Operation> batch = [];
    private long bytes;

    public async Task AddAsync(Operation operation)
    {
        var size = operation is PutOperation put ? put.Key.Length + put.Value.Length : 0;
        if (batch.Count == BatchKeysMax || (batch.Count > 0 && bytes + size > BatchBytesMax))
            await SendAsync();
        batch.Add(operation);
        bytes += size;
    }

    /// <summary>Returns when everything is in the store.</summary>
    public async Task EndAsync()
    {
        if (batch.Count > 0)
            await SendAsync();
        while (sent.TryDequeue(out var oldest))
            await oldest;
    }

    private async Task SendAsync()
    {
        while (sent.Count >= BatchesAtOnce)
            await sent.Dequeue();
        sent.Enqueue(WriteAsync(new TransactionOperation([], [.. batch], [])));
        (batch, bytes) = ([], 0);
    }

    private async Task WriteAsync(TransactionOperation transaction)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await target.TransactAsync(transaction, default, cancellationToken);
                return;
            }
            catch (LutraException ended) when (ended.Error == LutraError.LeaseNotFound && tries < TriesMax)
            {
                await leases.GrantAgainAsync([.. transaction.Then.OfType<PutOperation>().Select(put => put.Lease).Where(lease => lease != 0).Distinct()], cancellationToken);
            }
            catch (LutraException again) when (again.Error is LutraError.OutcomeUnknown or LutraError.Unavailable or LutraError.Overloaded && tries < TriesMax)
            {
                await Task.Delay(BetweenTries, cancellationToken);
            }
        }
    }
}
