using System.Text;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Scheduling;
using Lutra.Simulation.Workloads.Watches;

namespace Lutra.Simulation.Workloads;

/// <summary>Reads all accounts, and from there on keeps a copy of them by a watch, as a cache would: at every revision the copy has the total, too.</summary>
internal sealed class BankCopy(WorkloadSetting setting, int number, BankWorkload bank) : SequentialClient(setting, $"bank copy {number}")
{
    private readonly SortedDictionary<string, KeyValue> accounts = new(StringComparer.Ordinal);
    private WatchSession? session;

    protected override void Act(SimulatedNode node)
    {
        session?.Close();
        Read(node, new RangeOperation(BankWorkload.Range), ending =>
        {
            if (ending.Result is RangeResult found)
                Follow(found);
            AgainAfter(Random.LogUniform(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(10)));
        });
    }

    // At any node: one that is behind waits until it has come there.
    private void Follow(RangeResult found)
    {
        accounts.Clear();
        foreach (var account in found.KeyValues)
            accounts[Encoding.UTF8.GetString(account.Key.Span)] = account;
        var watch = new WatchOperation(BankWorkload.Range, new Revision(found.Revision.Value + 1));
        var node = Setting.Cluster.Nodes[Random.Next(Setting.Cluster.Nodes.Count)];
        session = new WatchSession(node, watch, batch => Took(node, batch), _ => { });
        session.Open();
    }

    private void Took(SimulatedNode node, WatchBatch batch)
    {
        foreach (var changes in batch.Events.GroupBy(change => change.Current.ModRevision))
        {
            foreach (var change in changes)
                accounts[Encoding.UTF8.GetString(change.Current.Key.Span)] = change.Current;
            bank.CheckCopy([.. accounts.Values], changes.Key.Value, node);
        }
    }
}
