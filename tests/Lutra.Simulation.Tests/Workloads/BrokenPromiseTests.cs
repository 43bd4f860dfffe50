using System.Text;
using Lutra.Keyspace.Commands;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Workloads;
using Lutra.Simulation.Workloads.Watches;

namespace Lutra.Simulation.Tests.Workloads;

/// <summary>What clients must never see, brought about behind their back: the workloads see it.</summary>
public sealed class BrokenPromiseTests
{
    private readonly SimulatedCluster cluster = new(seed: 5, nodes: 3);

    public BrokenPromiseTests()
    {
        cluster.StartAll();
        Assert.True(cluster.ElectLeader(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void I11_a_watch_that_is_told_of_a_revision_something_else_than_another_was_is_seen()
    {
        string? violation = null;
        // As if another watch had been told of revision 5 what nobody did.
        var told = new SortedDictionary<long, ulong> { [5] = 77 };
        var watcher = new WatchingClient(Setting("watching"), 1, told, new WatchedHistory(), found => violation ??= found);
        watcher.Begin();
        for (var number = 0; number < 10; number++)
            Write(new PutOperation(new[] { (byte)number }, new byte[10]));
        Assert.True(cluster.Scheduler.RunUntil(() => violation is not null, TimeSpan.FromSeconds(30)));
        Assert.StartsWith("I11: of revision 5", violation, StringComparison.Ordinal);
    }

    [Fact]
    public void I11_a_watch_that_misses_a_revision_is_seen()
    {
        string? violation = null;
        var history = new WatchedHistory();
        var watcher = new PartWatcher(Setting("parts"), 1, history, found => violation ??= found);
        for (var number = 0; number < 8; number++)
            Write(new PutOperation(WatchWorkload.KeyOf(number), new byte[10]));
        watcher.Begin();
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(60));
        Assert.Null(violation);
        Assert.Contains(watcher.Stretches, stretch => stretch.Events.Count > 0);

        // What was done, and a change that no watch was told of.
        for (var revision = 2; revision < 10; revision++)
            history.Add(revision, [Made(revision, revision - 2), Made(revision, 8)]);
        Assert.StartsWith("I11", history.Judge(watcher.Stretches), StringComparison.Ordinal);
    }

    [Fact]
    public void I12_a_lease_that_ends_before_its_last_renewal_and_its_time_is_seen()
    {
        var workload = Begin(new LockWorkload(Setting(LockWorkload.Title)));
        for (var times = 0; times < 300 && workload.Violation is null; times++)
        {
            // Whoever counts the leases ends them all at once.
            using var view = cluster.Leader!.Loop!.Replica!.Keyspace.Pin();
            foreach (var lease in view.Leases(0, 100))
                cluster.Leader!.Requests.Write(new RevokeLeaseCommand(lease.Lease), null, _ => { });
            cluster.Scheduler.RunFor(TimeSpan.FromMilliseconds(100));
        }

        Assert.StartsWith("I12", workload.Violation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("once")]
    [InlineData("sessions")]
    public void I13_a_write_that_is_done_twice_is_seen(string title)
    {
        var workload = Work(title);
        foreach (var pair in Keys(title))
            Write(new PutOperation(pair.Key, pair.Value));
        Assert.StartsWith("I13", ReadBack(workload), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("once")]
    [InlineData("sessions")]
    public void I13_a_write_that_was_acknowledged_and_is_not_there_is_seen(string title)
    {
        var workload = Work(title);
        foreach (var pair in Keys(title))
            Write(new DeleteOperation(KeyRange.Single(pair.Key)));
        Assert.StartsWith("I13", ReadBack(workload), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_somebody_else_changed_is_seen_by_the_one_who_has_it_for_himself()
    {
        var workload = Work("ranges");
        Write(new PutOperation(Keys("ranges")[^1].Key, new byte[3]));
        Assert.StartsWith("P1: it has ranges/", ReadBack(workload), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_is_gone_is_counted_by_the_one_who_has_it_for_himself()
    {
        var workload = Work("ranges");
        Write(new DeleteOperation(KeyRange.Single(Keys("ranges")[0].Key)));
        Assert.StartsWith("P1: it counts", ReadBack(workload), StringComparison.Ordinal);
    }

    private IWorkload Work(string title)
    {
        var workload = Begin(WorkloadMix.Create(title, Setting(title)));
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(5));
        workload.Stop();
        Assert.True(cluster.Scheduler.RunUntil(() => workload.IsQuiet, TimeSpan.FromSeconds(20)));
        Assert.InRange(workload.Done, 20, long.MaxValue);
        Assert.Null(ReadBack(workload));
        return workload;
    }

    private string? ReadBack(IWorkload workload)
    {
        workload.ReadBack(cluster.Nodes);
        Assert.True(cluster.Scheduler.RunUntil(() => workload.IsQuiet, TimeSpan.FromSeconds(20)));
        return workload.Judge();
    }

    private static T Begin<T>(T workload)
        where T : IWorkload
    {
        workload.Begin();
        return workload;
    }

    private WorkloadSetting Setting(string title) => new(cluster, Clients: 4, cluster.Scheduler.RandomFor(title), ClockRateMax: 1);

    private KeyValue[] Keys(string title)
    {
        using var view = cluster.Leader!.Loop!.Replica!.Keyspace.Pin();
        return [.. view.Range(new RangeOperation(KeyRange.Prefix(Encoding.UTF8.GetBytes(title[..4])))).KeyValues];
    }

    private void Write(Operation operation)
    {
        var done = false;
        cluster.Leader!.Requests.Write(new WriteCommand(operation), null, ending => done = ending.IsDone);
        Assert.True(cluster.Scheduler.RunUntil(() => done, TimeSpan.FromSeconds(10)));
    }

    private static WatchEvent Made(long revision, int key) => new(
        IsDelete: false, new KeyValue(WatchWorkload.KeyOf(key), new byte[10], new Revision(revision), new Revision(revision), 1), null);
}
