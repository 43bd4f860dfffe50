using Lutra.Keyspace.Alarms;
using Lutra.Keyspace.Commands;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Runs;
using Lutra.Simulation.Workloads;
using Lutra.Simulation.Workloads.Quota;

namespace Lutra.Simulation.Tests.Workloads;

/// <summary>The workload that fills stores, and what it must see that is brought about behind its back.</summary>
public sealed class QuotaWorkloadTests
{
    private const long QuotaBytes = 300_000;

    private readonly SimulatedCluster cluster = new(seed: 5, nodes: 3, options => options with { QuotaBytes = QuotaBytes });

    public QuotaWorkloadTests()
    {
        cluster.StartAll();
        Assert.True(cluster.ElectLeader(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void A_store_is_filled_cleared_and_filled_again()
    {
        var workload = new QuotaWorkload(Setting("quota"));
        workload.Begin();
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(60));
        workload.Stop();
        Assert.True(cluster.Scheduler.RunUntil(() => workload.IsQuiet, TimeSpan.FromSeconds(60)));
        workload.ReadBack(cluster.Nodes);
        Assert.True(cluster.Scheduler.RunUntil(() => workload.IsQuiet, TimeSpan.FromSeconds(60)));
        Assert.Null(workload.Judge());
        Assert.InRange(workload.Times.Full, 10, int.MaxValue);
        Assert.InRange(workload.Times.RoomAgain, 10, int.MaxValue);
    }

    [Fact]
    public void Alarms_of_a_snapshot_are_those_of_the_cluster_that_begins_with_it_and_other_workloads_bear_them()
    {
        var report = SimulationRun.Run(WorldDraw.Draw(3, TimeSpan.FromSeconds(30)) with
        {
            Voters = 3,
            Clients = 3,
            Faults = ["kill", "partition"],
            Workloads = ["sessions", "once", "locks", "backups", "quota"],
            BeyondBudget = false,
        });
        Assert.True(report.Violation is null, $"{report.World.ReproLine}: {report.Violation}");
    }

    [Fact]
    public void P2_a_key_that_somebody_else_deletes_is_seen() =>
        Assert.StartsWith("P2", ViolationWhere(() => Send(new WriteCommand(new DeleteOperation(QuotaWorkload.AllKeys)))), StringComparison.Ordinal);

    [Fact]
    public void P2_an_alarm_that_somebody_else_takes_back_is_seen() => Assert.Matches("^P[12]", ViolationWhere(() =>
    {
        foreach (var alarm in cluster.Leader!.Loop!.Replica!.Keyspace.Alarms.All)
            Send(new AlarmCommand(alarm, Raises: false));
    }));

    [Fact]
    public void P6_a_refused_write_that_was_done_is_seen()
    {
        var fates = new KeyFates();
        fates.Set(fates.Begin(), KeyFate.Refused);
        Assert.Null(fates.Check(new HashSet<int>()));
        Assert.StartsWith("P6", fates.Check(new HashSet<int> { 0 }), StringComparison.Ordinal);
    }

    [Fact]
    public void P7_what_was_taken_beyond_the_quota_is_seen()
    {
        string? violation = null;
        var book = new QuotaBook(Setting("book"), 4, found => violation ??= found);
        book.CheckBytesThere(QuotaBytes, "");
        Assert.Null(violation);
        book.CheckBytesThere(2 * QuotaBytes, "");
        Assert.StartsWith("P7: the quota is 300000", violation, StringComparison.Ordinal);
    }

    [Fact]
    public void P7_a_deletion_that_is_refused_for_want_of_room_is_seen()
    {
        string? violation = null;
        var book = new QuotaBook(Setting("book"), 4, found => violation ??= found);
        var refused = new Ending(null, LutraError.NoSpace, "The store takes 2 bytes, and its quota is 1.");
        book.Judge(refused, Need.Room, TimeSpan.Zero, "a put");
        Assert.Null(violation);
        book.Judge(refused, Need.Change, TimeSpan.Zero, "a deletion");
        Assert.StartsWith("P7: a deletion needs no room", violation, StringComparison.Ordinal);
    }

    [Fact]
    public void A_session_whose_step_was_refused_by_an_alarm_goes_on_after_it()
    {
        var workload = WorkloadMix.Create("sessions", Setting("sessions"));
        workload.Begin();
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(2));
        Send(new AlarmCommand(new Alarm(1, AlarmKind.NoSpace), Raises: true));
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(2));
        Send(new AlarmCommand(new Alarm(1, AlarmKind.NoSpace), Raises: false));
        var before = workload.Done;
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(4));
        Assert.InRange(workload.Done, before + 20, long.MaxValue);
    }

    private string ViolationWhere(Action breaks)
    {
        var workload = new QuotaWorkload(Setting("quota"));
        workload.Begin();
        for (var times = 0; times < 600 && workload.Violation is null; times++)
        {
            breaks();
            cluster.Scheduler.RunFor(TimeSpan.FromMilliseconds(100));
        }

        return workload.Violation ?? "";
    }

    private void Send(Command command)
    {
        var ended = false;
        cluster.Leader!.Requests.Write(command, null, _ => ended = true);
        Assert.True(cluster.Scheduler.RunUntil(() => ended, TimeSpan.FromSeconds(10)));
    }

    private WorkloadSetting Setting(string title) => new(cluster, Clients: 4, cluster.Scheduler.RandomFor(title), ClockRateMax: 1);
}
