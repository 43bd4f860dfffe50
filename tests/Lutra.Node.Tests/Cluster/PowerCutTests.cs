using System.Globalization;
using Lutra.Keyspace.Commands;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Disk;
using static Lutra.Node.Tests.Cluster.Requests;

namespace Lutra.Node.Tests.Cluster;

/// <summary>
/// The power of one node of three goes at every file operation of what a node does: appending, flushing, editing the manifest, cutting the log, receiving
/// and installing a state. It starts again, nothing that was acknowledged is gone, and all hold the same state.
/// </summary>
public sealed class PowerCutTests
{
    /// <summary>What writing does with files, part by part; each is cut a few times.</summary>
    private static readonly string[] Writing =
    [
        "write of log/0", "sync of log/0", "write of log/confirmed", "create of log/spare", "write of log/spare", "rename of log/", "sync of log",
        "create of tables/", "write of tables/0", "sync of tables/0", "write of tables/manifest", "sync of tables/manifest", "rename of tables/manifest",
        "sync of tables", "delete of tables/", "write of log/start", "sync of log/start",
    ];

    private static readonly string[] Transfer =
    [
        "write of identity", "sync of identity", "write of incoming/", "sync of incoming/", "sync of incoming", "rename of tables/0", "sync of tables", "write of tables/manifest",
        "sync of tables/manifest", "rename of tables/manifest", "write of log/start", "sync of log/start", "write of log/confirmed",
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void S07_a_power_cut_at_every_file_operation_of_writing_loses_nothing_acknowledged(bool ofTheLeader)
    {
        var cluster = Small(seed: 1);
        var ledger = new Ledger(cluster);
        for (var at = 1; at <= 400; at += Sweep.Stride(everyday: 13))
            CutWhileWriting(cluster, ledger, ofTheLeader, faults => faults.CrashIn = at, $"operation {at}");
        foreach (var part in Writing)
        {
            for (var round = 0; round < (Sweep.All ? 20 : 2); round++)
                CutWhileWriting(cluster, ledger, ofTheLeader, faults => faults.CrashOn = part, part);
        }

        Assert.True(ledger.Acknowledged > 1000, $"{ledger.Acknowledged} writes were acknowledged.");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void S01_S02_L16_a_power_cut_at_every_file_operation_of_a_transfer_ends_in_the_same_state(ulong seed)
    {
        var cluster = Small(seed);
        var ledger = new Ledger(cluster);
        var victim = cluster.Nodes.First(node => node != cluster.Leader);
        for (var at = 1; CutWhileTakingOver(cluster, ledger, victim, faults => faults.CrashIn = at, $"operation {at}"); at += Sweep.Stride(everyday: 3))
        {
            // Until the transfer is over before the cut comes.
        }

        foreach (var part in Transfer)
            Assert.True(CutWhileTakingOver(cluster, ledger, victim, faults => faults.CrashOn = part, part), $"A transfer has no {part}.");
    }

    [Fact]
    public void S02_no_entry_leaves_the_log_before_tables_hold_it_for_good()
    {
        // Many writes at once: what is applied runs ahead of what tables hold.
        const int Writers = 64;
        var cluster = Started(seed: 6, nodes: 1, options => options with { SegmentSizeBytes = 8 * 1024, MemtableBytes = 16 * 1024 });
        var node = cluster.Nodes[0];
        var acknowledged = new string?[Writers];
        var written = 0;
        void WriteOn(int writer)
        {
            var value = $"{++written} ".PadRight(300, 'x');
            node.Requests.Write(new WriteCommand(new PutOperation(Bytes($"key {writer}"), Bytes(value))), idempotencyKey: null, ending =>
            {
                if (ending.IsDone)
                    acknowledged[writer] = value;
                WriteOn(writer);
            });
        }

        for (var at = 1; at <= 400; at += Sweep.Stride(everyday: 7))
        {
            for (var writer = 0; writer < Writers; writer++)
                WriteOn(writer);
            var start = node.Loop!.Replica!.Log.Start.Index;
            Assert.True(cluster.Scheduler.RunUntil(() => node.Loop.Replica.Log.Start.Index > start, Long), "The log is never cut.");
            node.Disk.Faults.CrashIn = at;
            Assert.True(cluster.Scheduler.RunUntil(() => !node.IsUp, Long), $"There is no operation {at}.");
            CutAndStart(node);
            Assert.True(cluster.ElectLeader(Long), $"operation {at}: {node.Failure}");
            for (var writer = 0; writer < Writers; writer++)
                Assert.True(IsAtLeast(cluster.Get(node, $"key {writer}"), acknowledged[writer]), $"operation {at}: what writer {writer} was told is gone.");
        }
    }

    [Fact]
    public void S03_who_took_over_a_state_holds_all_of_it_after_a_restart()
    {
        var cluster = Small(seed: 3);
        var ledger = new Ledger(cluster);
        var follower = cluster.Nodes.First(node => node != cluster.Leader);
        Assert.True(cluster.Put(cluster.Leader!, "once", "only", "idempotent") is { IsDone: true });
        follower.PowerCut();
        OutrunLogOf(follower, cluster, ledger);
        follower.Start();
        ledger.RequireHeld("after the transfer");
        Assert.Equal(1, TransfersTo(follower));
        follower.PowerCut();
        follower.Start();
        ledger.RequireHeld("after the restart");

        // It leads with what it took over: members, sessions and answers to idempotency keys are part of the state.
        foreach (var other in cluster.Nodes.Where(node => node != follower && node != cluster.Leader))
            other.Kill();
        cluster.Leader!.Loop!.Replica!.Raft.TransferLeadership(follower.Loop!.Replica!.Raft.Id);
        Assert.True(cluster.Scheduler.RunUntil(() => cluster.Leader == follower && follower.Loop.Replica.Raft.CommittedInTerm, Long), ledger.Told());
        Assert.Equal(LutraError.IdempotencyKeyReused, cluster.Put(follower, "once", "again", "idempotent")!.Error);
        Assert.Equal("only", cluster.Get(follower, "once"));
        Assert.Equal(3, follower.Loop.Replica.Raft.Configuration.Voters.Count);
    }

    [Fact]
    public void Power_cuts_of_all_nodes_at_once_lose_nothing_acknowledged()
    {
        var cluster = Small(seed: 4);
        var ledger = new Ledger(cluster);
        for (var round = 0; round < 20; round++)
        {
            for (var write = 0; write < 3 * round; write++)
                ledger.Write(cluster.Leader!);
            foreach (var node in cluster.Nodes)
                node.PowerCut();
            cluster.StartAll();
            ledger.RequireHeld($"round {round}");
        }
    }

    // So small that a hundred writes meet everything: new segments, flushes, merges, cuts of the log.
    private static SimulatedCluster Small(ulong seed) =>
        Started(seed, nodes: 3, options => options with { SegmentSizeBytes = 8 * 1024, MemtableBytes = 16 * 1024 });

    private static void OutrunLogOf(SimulatedNode away, SimulatedCluster cluster, Ledger ledger)
    {
        Assert.True(cluster.ElectLeader(Long));
        var last = cluster.Leader!.Loop!.Replica!.Raft.Last.Index;
        for (var write = 0; cluster.Leader?.Loop?.Replica?.Log.Start.Index is not { } start || start <= last; write++)
        {
            Assert.True(write < 1000, $"The log was not cut while {away.Label} was away.");
            ledger.MustWrite();
        }
    }

    private static void CutWhileWriting(SimulatedCluster cluster, Ledger ledger, bool ofTheLeader, Action<DiskFaults> arm, string where)
    {
        var victim = ofTheLeader ? cluster.Leader! : cluster.Nodes.First(node => node != cluster.Leader);
        arm(victim.Disk.Faults);
        for (var write = 0; victim.IsUp; write++)
        {
            Assert.True(write < 4000, $"Writing has no {where}: {ledger.LastRefusal}\n{ledger.Told()}");
            ledger.Write(cluster.Leader ?? victim);
        }

        CutAndStart(victim);
        ledger.RequireHeld($"{where} of {victim.Label}");
    }

    /// <summary>False where the state was taken over before the cut came.</summary>
    private static bool CutWhileTakingOver(SimulatedCluster cluster, Ledger ledger, SimulatedNode victim, Action<DiskFaults> arm, string where)
    {
        victim.PowerCut();
        OutrunLogOf(victim, cluster, ledger);
        var transfers = TransfersTo(victim);
        arm(victim.Disk.Faults);
        victim.Start();
        cluster.Scheduler.RunUntil(() => !victim.IsUp || TransfersTo(victim) > transfers, TimeSpan.FromSeconds(60));
        var wasCut = !victim.IsUp;
        if (wasCut)
            CutAndStart(victim);
        victim.Disk.Faults.CrashIn = 0;
        victim.Disk.Faults.CrashOn = null;
        ledger.RequireHeld(where);
        return wasCut;
    }

    private static void CutAndStart(SimulatedNode victim)
    {
        Assert.True(victim.Failure is SimulatedCrashException, victim.Failure?.ToString());
        victim.PowerCut();
        victim.Start();
    }

    private static bool IsAtLeast(string? found, string? acknowledged) =>
        acknowledged is null || (found is not null && Number(found) >= Number(acknowledged));

    private static int Number(string value) => int.Parse(value.AsSpan(0, value.IndexOf(' ')), CultureInfo.InvariantCulture);

    private static int TransfersTo(SimulatedNode node) => node.Told.Count(line => line.What.Contains("Took over the state", StringComparison.Ordinal));
}
