using System.Globalization;
using System.Text;
using Lutra.Client;

namespace Lutra.Acceptance.Faults.Histories;

/// <summary>Moves money between accounts, each time in one transaction, and reads all of them, now and as of old revisions: the total is always the same.</summary>
internal sealed class BankCaller(IReadOnlyList<LutraClient> nodes, int number, int seed) : Caller(nodes, number, seed)
{
    private const int Accounts = 8;
    private const long Opening = 100;

    private static readonly KeyRange all = KeyRange.Prefix("bank/"u8.ToArray());

    private long newest;

    public static async Task OpenAsync(LutraClient client) =>
        await client.TransactAsync(new TransactionOperation(
            [], [.. Enumerable.Range(0, Accounts).Select(account => new PutOperation(Encoding.UTF8.GetBytes($"bank/{account}"), ValueOf(Opening)))], []));

    public async Task CheckAsync(LutraClient node, long revision = 0) => await ReadAsync(node, revision);

    protected override async Task ActAsync(LutraClient node)
    {
        var old = Random.Next(4) == 0 && newest > 0;
        if (await ReadAsync(node, old ? Random.NextInt64(newest / 2, newest + 1) : 0) is not { } found || old)
            return;
        var (from, to) = (found.KeyValues[Random.Next(Accounts)], found.KeyValues[Random.Next(Accounts)]);
        var amount = Random.NextInt64(BalanceOf(from) + 1);
        if (from == to || amount == 0)
            return;
        await AskAsync(() => node.TransactAsync(new TransactionOperation(
            [Unchanged(from), Unchanged(to)],
            [new PutOperation(from.Key, ValueOf(BalanceOf(from) - amount)), new PutOperation(to.Key, ValueOf(BalanceOf(to) + amount))],
            [])));
    }

    private async Task<RangeResult?> ReadAsync(LutraClient node, long revision)
    {
        var found = await AskAsync(() => node.RangeAsync(new RangeOperation(all, Revision: new Revision(revision))));

        // The bank was opened by a transaction of its own: a revision before it has no accounts.
        if (found is null || (revision > 0 && found.KeyValues.IsEmpty))
            return null;
        newest = Math.Max(newest, found.Revision.Value);
        var balances = found.KeyValues.Select(BalanceOf).ToArray();
        Assert.True(
            balances.Length == Accounts && balances.Sum() == Accounts * Opening && balances.Min() >= 0,
            $"As of revision {(revision > 0 ? revision : found.Revision.Value)} the bank has {string.Join(' ', balances)}");
        return found;
    }

    private static Compare Unchanged(KeyValue account) => new(KeyRange.Single(account.Key), CompareTarget.ModRevision, CompareResult.Equal, account.ModRevision.Value);

    public static long BalanceOf(KeyValue account) => long.Parse(Encoding.UTF8.GetString(account.Value.Span), CultureInfo.InvariantCulture);

    private static byte[] ValueOf(long balance) => Encoding.UTF8.GetBytes(balance.ToString(CultureInfo.InvariantCulture));
}
