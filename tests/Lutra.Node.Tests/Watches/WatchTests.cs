using System.Text;
using Lutra.Keyspace.Commands;
using Lutra.Node.Tests.Cluster;
using Lutra.Node.Watches;
using Lutra.Simulation.Cluster;
using static Lutra.Node.Tests.Cluster.Requests;

namespace Lutra.Node.Tests.Watches;

/// <summary>Watches on whole nodes: every change once, in order, whole transactions, whatever happens to the nodes and however slow the reader is.</summary>
public sealed class WatchTests
{
    private static readonly WatchOperation All = new(KeyRange.All);

    [Fact]
    public void K02_a_watch_tells_every_change_after_it_began_once_and_in_order()
    {
        var cluster = Started(seed: 1, nodes: 3);
        var leader = cluster.Leader!;
        cluster.MustPut(leader, "before", "0");
        var follower = cluster.Nodes.First(node => node != leader);
        Assert.True(cluster.Converge(Long));
        var watcher = Open(follower, All);
        Assert.Null(watcher.TryTake());
        cluster.MustPut(leader, "a", "1");
        cluster.MustPut(leader, "a", "2");
        Assert.True(cluster.Converge(Long));
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal("3 a=1, 4 a=2", Told(watcher));
        Assert.Equal(4, watcher.Progress().Value);
    }

    [Fact]
    public void K02_a_slow_watch_is_left_alone_and_catches_up_from_the_tables_without_a_gap()
    {
        var cluster = Started(seed: 2, nodes: 1, options => options with { MemtableBytes = 64 * 1024, SegmentSizeBytes = 64 * 1024 });
        var node = cluster.Nodes[0];
        var slow = Open(node, All);
        var quick = Open(node, All);
        Assert.Null(slow.TryTake());
        Assert.Null(quick.TryTake());

        // More than a watch may have waiting.
        var expected = new StringBuilder();
        var toldQuick = new StringBuilder();
        for (var write = 0; write < 400; write++)
        {
            cluster.MustPut(node, $"key {write % 10}", new string('x', 8000));
            expected.Append(' ').Append(write + 2);
            toldQuick.Append(Revisions(quick));
        }

        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(1));
        toldQuick.Append(Revisions(quick));
        Assert.Equal(expected.ToString(), toldQuick.ToString());
        Assert.Equal(expected.ToString(), Revisions(slow));

        // And from then on it keeps up again.
        cluster.MustPut(node, "last", "1");
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(" 402", Revisions(slow));
    }

    [Fact]
    public void K02_watches_of_the_same_that_fell_behind_are_read_for_once_and_told_the_same()
    {
        var cluster = Started(seed: 7, nodes: 1);
        var node = cluster.Nodes[0];
        for (var write = 0; write < 20; write++)
            cluster.MustPut(node, $"key {write}", "x");
        var later = All with { From = new Revision(2) };
        var first = Open(node, later).TryTake()!;
        Assert.Same(first, Open(node, later).TryTake());
        Assert.NotSame(first, Open(node, later with { NoDeletes = true }).TryTake());
        Assert.NotSame(first, Open(node, later with { From = new Revision(3) }).TryTake());
        var one = Open(node, later with { Range = KeyRange.Single(Bytes("key 3")) });
        Assert.Equal(" 5", Revisions(one));
    }

    [Fact]
    public void K07_what_was_compacted_is_not_told_though_others_have_read_it()
    {
        var cluster = Started(seed: 8, nodes: 1);
        var node = cluster.Nodes[0];
        for (var write = 0; write < 20; write++)
            cluster.MustPut(node, "key", "x");
        var (read, unread) = (Open(node, All with { From = new Revision(2) }), Open(node, All with { From = new Revision(2) }));
        Assert.NotNull(read.TryTake());
        Must(cluster, node, new CompactCommand(new Revision(10)));
        Assert.Equal(LutraError.Compacted, Assert.Throws<LutraException>(unread.TryTake).Error);
    }

    [Fact]
    public void K02_watches_that_come_and_are_read_at_any_moment_tell_all_of_what_they_want()
    {
        for (var seed = 1UL; seed <= 20; seed++)
        {
            var cluster = Started(seed, nodes: 1, options => options with { MemtableBytes = 64 * 1024 });
            var node = cluster.Nodes[0];
            var random = new Random((int)seed);
            List<(Watcher Watcher, long From, StringBuilder Told)> watches = [];
            var (started, done) = (0, 0);
            while (done < 200)
            {
                // Few events between two looks, so that watches begin and are read between a write's being seen and its being handed on.
                for (var events = random.Next(4); events > 0; events--)
                    cluster.Scheduler.RunOne();
                if (random.Next(3) == 0 && started < 200)
                {
                    started++;
                    node.Requests.Write(new WriteCommand(new PutOperation(Bytes($"key {random.Next(5)}"), Bytes("x"))), null, _ => done++);
                }

                if (random.Next(20) == 0 && watches.Count < 20)
                {
                    var from = node.Loop!.Replica!.Keyspace.Revision.Value + random.Next(-3, 3);
                    watches.Add((Open(node, All with { From = new Revision(Math.Max(1, from)) }), Math.Max(2, from), new StringBuilder()));
                }

                if (watches.Count > 0 && watches[random.Next(watches.Count)] is var read && read.Watcher.TryTake() is { } batch)
                    Tell(batch, read.Told);
            }

            cluster.Scheduler.RunFor(TimeSpan.FromSeconds(1));
            foreach (var (watcher, from, told) in watches)
            {
                told.Append(Revisions(watcher));
                Assert.Equal(string.Concat(Enumerable.Range((int)from, 202 - (int)from).Select(revision => $" {revision}")), told.ToString());
            }
        }
    }

    [Fact]
    public async Task K02_a_watch_that_waits_for_a_later_revision_takes_nothing_from_others()
    {
        var cluster = Started(seed: 11, nodes: 1);
        var node = cluster.Nodes[0];
        cluster.MustPut(node, "a", "1");
        var hub = node.Loop!.Replica!.Watches;
        var now = node.Loop.Replica.Keyspace.Revision.Value;
        var later = hub.Open(new WatchOperation(KeyRange.All), new Revision(now + 3), () => { });
        Assert.Null(later.TryTake());

        var next = hub.Open(new WatchOperation(KeyRange.All), new Revision(now + 1), () => { });
        Assert.Null(await Task.Run(next.TryTake, TestContext.Current.CancellationToken).WaitAsync(Long, TestContext.Current.CancellationToken));
        for (var number = 1; number <= 3; number++)
            cluster.MustPut(node, "a", $"{number}");
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(now + 1, next.TryTake()!.Events[0].Current.ModRevision.Value);
        Assert.Equal(now + 3, later.TryTake()!.Events[0].Current.ModRevision.Value);
    }

    [Fact]
    public void K02_what_happens_between_a_watchs_last_look_and_its_joining_is_told()
    {
        var cluster = Started(seed: 10, nodes: 1);
        var node = cluster.Nodes[0];
        var hub = node.Loop!.Replica!.Watches;

        // Nobody watches yet, so the hub has handed nothing on.
        var first = Open(node, All);
        cluster.MustPut(node, "a", "1");
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(1));
        hub.TryJoin(first);
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal("2 a=1", Told(first));

        // The hub has handed on what this one still wants.
        cluster.MustPut(node, "a", "2");
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(1));
        var second = Open(node, All with { From = new Revision(3) });
        hub.TryJoin(second);
        cluster.MustPut(node, "a", "3");
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal("3 a=2, 4 a=3", Told(second));
    }

    [Fact]
    public void K02_a_transaction_is_told_whole()
    {
        var cluster = Started(seed: 3, nodes: 1);
        var watcher = Open(cluster.Nodes[0], All);
        Assert.Null(watcher.TryTake());
        var puts = Enumerable.Range(0, 100).Select(number => (Operation)new PutOperation(Bytes($"key {number:D3}"), Bytes("x")));
        Must(cluster, cluster.Nodes[0], new WriteCommand(new TransactionOperation([], [.. puts], [])));
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(1));
        var batch = watcher.TryTake();
        Assert.Equal(100, batch!.Events.Length);
        Assert.All(batch.Events, change => Assert.Equal(2, change.Current.ModRevision.Value));
    }

    [Fact]
    public void A_watch_from_the_past_and_one_after_a_restart_tell_the_same()
    {
        var cluster = Started(seed: 4, nodes: 3, options => options with { MemtableBytes = 64 * 1024 });
        var leader = cluster.Leader!;
        for (var write = 0; write < 30; write++)
            cluster.MustPut(leader, $"key {write % 3}", $"{write}");
        Assert.True(cluster.Converge(Long));
        var told = Told(Open(leader, All with { From = new Revision(2) }));
        leader.PowerCut();
        leader.Start();
        Assert.True(cluster.Converge(Long));
        Assert.Equal(told, Told(Open(leader, All with { From = new Revision(2) })));
        Assert.Equal(30, told.Split(',').Length);
    }

    [Fact]
    public void K02_a_watch_goes_on_over_changes_of_the_leader()
    {
        var cluster = Started(seed: 5, nodes: 3);
        var told = new StringBuilder();
        var expected = new StringBuilder();
        var watchedBy = cluster.Nodes[0];
        var watcher = Open(watchedBy, All);
        Assert.Null(watcher.TryTake());
        for (var round = 0; round < 5; round++)
        {
            Assert.True(cluster.ElectLeader(Long));
            var leader = cluster.Leader!;
            cluster.MustPut(leader, "a", $"{round}");
            if (leader != watchedBy)
            {
                leader.Kill();
                Assert.True(cluster.Scheduler.RunUntil(() => cluster.Leader is { } now && now != leader, Long));
                leader.Start();
            }
            else
            {
                leader.Loop!.Replica!.Raft.TransferLeadership(null);
                cluster.Scheduler.RunFor(TimeSpan.FromSeconds(2));
            }
        }

        Assert.True(cluster.Converge(Long));
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(1));
        told.Append(Told(watcher));
        for (var round = 0; round < 5; round++)
            expected.Append(expected.Length > 0 ? ", " : "").Append(round + 2).Append(" a=").Append(round);
        Assert.Equal(expected.ToString(), told.ToString());
    }

    [Fact]
    public void What_was_compacted_is_said_to_be()
    {
        var cluster = Started(seed: 6, nodes: 1);
        var node = cluster.Nodes[0];
        for (var write = 0; write < 5; write++)
            cluster.MustPut(node, "a", $"{write}");
        Must(cluster, node, new CompactCommand(new Revision(4)));
        var compacted = Assert.Throws<LutraException>(() => Open(node, All with { From = new Revision(3) }).TryTake());
        Assert.Equal(LutraError.Compacted, compacted.Error);
        Assert.Equal("4 a=2, 5 a=3, 6 a=4", Told(Open(node, All with { From = new Revision(4) })));
    }

    [Fact]
    public void K02_a_watch_on_a_node_that_takes_over_a_state_misses_nothing()
    {
        var cluster = Started(seed: 7, nodes: 3, options => options with { SegmentSizeBytes = 8 * 1024, MemtableBytes = 16 * 1024 });
        var away = cluster.Nodes.First(node => node != cluster.Leader);
        away.Kill();
        var ledger = new Ledger(cluster);
        var last = cluster.Leader!.Loop!.Replica!.Raft.Last.Index;
        for (var write = 0; cluster.Leader?.Loop?.Replica?.Log.Start.Index is not { } start || start <= last; write++)
        {
            Assert.True(write < 1000, "The log was not cut.");
            ledger.MustWrite();
        }

        away.Start();
        Assert.True(cluster.Scheduler.RunUntil(() => away.Loop?.Replica is not null, Long));
        var watcher = Open(away, All with { From = new Revision(2) });
        var revisions = Revisions(watcher);
        Assert.True(cluster.Converge(Long));
        Assert.Contains(away.Told, line => line.What.Contains("Took over the state", StringComparison.Ordinal));
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(1));
        revisions += Revisions(watcher);
        Assert.Equal(string.Concat(Enumerable.Range(2, ledger.Acknowledged).Select(revision => $" {revision}")), revisions);
    }

    [Fact]
    public void Filters_ranges_and_previous_values()
    {
        var cluster = Started(seed: 8, nodes: 1);
        var node = cluster.Nodes[0];
        var deletes = Open(node, new WatchOperation(KeyRange.Prefix(Bytes("a")), ReturnPrevious: true, NoPuts: true));
        var puts = Open(node, new WatchOperation(KeyRange.Single(Bytes("ab")), NoDeletes: true));
        Assert.Null(deletes.TryTake());
        Assert.Null(puts.TryTake());
        cluster.MustPut(node, "ab", "1");
        cluster.MustPut(node, "b", "1");
        Must(cluster, node, new WriteCommand(new DeleteOperation(KeyRange.All)));
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal("4 -ab was 1", Told(deletes));
        Assert.Equal("2 ab=1", Told(puts));
    }

    [Fact]
    public void There_are_no_more_watches_than_may_be_and_a_node_that_stops_ends_them()
    {
        var cluster = Started(seed: 9, nodes: 1, options => options with { WatchesMax = 2 });
        var hub = cluster.Nodes[0].Loop!.Replica!.Watches;
        var first = Open(cluster.Nodes[0], All);
        var second = Open(cluster.Nodes[0], All);
        Assert.Equal(LutraError.Overloaded, Assert.Throws<LutraException>(() => Open(cluster.Nodes[0], All)).Error);
        second.Close();
        Assert.Null(Open(cluster.Nodes[0], All).TryTake());
        hub.End();
        Assert.Equal(LutraError.Stopped, Assert.Throws<LutraException>(first.TryTake).Error);
    }

    private static Watcher Open(SimulatedNode node, WatchOperation watch) => node.Loop!.Replica!.Watches.Open(watch, watch.From, () => { });

    private static void Must(SimulatedCluster cluster, SimulatedNode node, Command command)
    {
        Ending? ended = null;
        node.Requests.Write(command, idempotencyKey: null, ending => ended = ending);
        cluster.Scheduler.RunUntil(() => ended is not null, Long);
        Assert.True(ended is { IsDone: true }, ended?.Message);
    }

    private static string Told(Watcher watcher)
    {
        List<string> told = [];
        while (watcher.TryTake() is { } batch)
        {
            foreach (var change in batch.Events)
            {
                var what = $"{Text(change.Current.Key)}={Text(change.Current.Value)}";
                told.Add($"{change.Current.ModRevision} {(change.IsDelete ? $"-{Text(change.Current.Key)}" : what)}"
                    + (change.Previous is null ? "" : $" was {Text(change.Previous.Value)}"));
            }
        }

        return string.Join(", ", told);
    }

    private static string Revisions(Watcher watcher)
    {
        var told = new StringBuilder();
        while (watcher.TryTake() is { } batch)
            Tell(batch, told);
        return told.ToString();
    }

    private static void Tell(WatchBatch batch, StringBuilder told)
    {
        foreach (var change in batch.Events)
            told.Append(' ').Append(change.Current.ModRevision);
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
