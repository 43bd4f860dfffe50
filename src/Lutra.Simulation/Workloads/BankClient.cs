using Lutra.Keyspace.Commands;
using Lutra.Simulation.Cluster;

namespace Lutra.Simulation.Workloads;

/// <summary>Reads all accounts, of now or of some revision before; then, often, moves money between two of them if both are as they were read.</summary>
internal sealed class BankClient(WorkloadSetting setting, int number, BankWorkload bank) : SequentialClient(setting, $"bank client {number}")
{
    private long newest;

    /// <summary>Reads all accounts through each of <paramref name="nodes"/>: now, and once of an old revision.</summary>
    public void ReadBack(IReadOnlyList<SimulatedNode> nodes) =>
        ThroughEach(nodes, (node, then) => ReadAll(node, 0, _ => ReadAll(node, SomeRevision(), _ => then())));

    protected override bool HasEnough => bank.HasEnough;

    protected override void Act(SimulatedNode node)
    {
        if (Random.Next(4) == 0)
            ReadAll(node, SomeRevision(), _ => Again());
        else
            ReadAll(node, 0, accounts => Go(node, accounts));
    }

    private void Go(SimulatedNode node, IReadOnlyList<KeyValue>? accounts)
    {
        if (accounts is null)
            Again();
        else if (accounts.Count < BankWorkload.Accounts)
            Write(node, new WriteCommand(BankWorkload.Open), _ => Again());
        else
            Transfer(node, accounts);
    }

    private void Transfer(SimulatedNode node, IReadOnlyList<KeyValue> accounts)
    {
        var from = accounts[Random.Next(accounts.Count)];
        var to = accounts[Random.Next(accounts.Count)];
        var amount = Random.NextInt64(BankWorkload.BalanceOf(from) + 1);
        if (from == to || amount == 0)
        {
            Again();
            return;
        }

        var transfer = new TransactionOperation(
            [Unchanged(from), Unchanged(to)],
            [
                new PutOperation(from.Key, BankWorkload.ValueOf(BankWorkload.BalanceOf(from) - amount)),
                new PutOperation(to.Key, BankWorkload.ValueOf(BankWorkload.BalanceOf(to) + amount)),
                new RangeOperation(BankWorkload.Range),
            ],
            [new RangeOperation(BankWorkload.Range)]);
        Write(node, new WriteCommand(transfer), ending =>
        {
            // What a transaction reads is as of the revision that it makes.
            if (ending.Result is TransactionResult { Results: [.., RangeResult read] } done)
                bank.Check(read.KeyValues, done.Revision.Value, node);
            Again();
        });
    }

    private static Compare Unchanged(KeyValue account) => new(KeyRange.Single(account.Key), CompareTarget.ModRevision, CompareResult.Equal, account.ModRevision.Value);

    private long SomeRevision() => newest == 0 ? 0 : Random.NextInt64(1, newest + 1);

    // As of 0: now. Null: it failed; a revision that was compacted away or is not there yet is a good answer, too.
    private void ReadAll(SimulatedNode node, long revision, Action<IReadOnlyList<KeyValue>?> then) =>
        Read(node, new RangeOperation(BankWorkload.Range, Revision: new Revision(revision)), ending =>
        {
            if (ending.Result is RangeResult found)
            {
                newest = Math.Max(newest, found.Revision.Value);
                bank.Check(found.KeyValues, revision == 0 ? found.Revision.Value : revision, node);
            }

            then((ending.Result as RangeResult)?.KeyValues);
        });
}
