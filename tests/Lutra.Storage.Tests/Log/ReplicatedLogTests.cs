using Lutra.Raft;
using static Lutra.Storage.Tests.Log.LogFixture;

namespace Lutra.Storage.Tests.Log;

public sealed class ReplicatedLogTests
{
    private readonly LogFixture node = new();

    [Fact]
    public void A_new_log_is_empty_and_has_room()
    {
        var log = node.Open();
        Assert.Equal((LogPosition.Zero, LogPosition.Zero, default), (log.Start, log.Last, log.HardState));
        Assert.Empty(log.TermRuns());
        Assert.True(log.RoomBytes > 3000);
        Assert.False(log.IsFull);
    }

    [Fact]
    public void What_was_appended_is_read_back_now_and_after_a_restart()
    {
        node.Open();
        node.AppendAndRun(1, 1, 50);
        node.AppendAndRun(2, 51, 50);
        Assert.Equal("100@2", node.Persisted.ToString());
        foreach (var log in node.NowAndAfterRestarts())
        {
            Assert.Equal("100@2", log.Last.ToString());
            Assert.Equal([.. Positions(1, 1, 50), .. Positions(2, 51, 50)], Contents(log));
            Assert.Equal([new TermRun(new(1), new(1)), new TermRun(new(51), new(2))], log.TermRuns());
        }
    }

    [Fact]
    public void Nothing_is_readable_or_reported_before_it_is_durable()
    {
        node.Open();
        node.Disk.Faults.StallSyncs = true;
        node.AppendAndRun(1, 1, 5);
        Assert.Equal("5@1", node.Log.Last.ToString());
        Assert.Empty(node.Log.Read(new(1), new(5), 1000));
        Assert.Empty(node.Events);
        node.Disk.Faults.StallSyncs = false;
        Assert.Equal(Positions(1, 1, 5), Contents(node.Log));
        Assert.Equal(["persisted 5@1"], node.Events);
    }

    [Fact]
    public void What_gathers_while_the_disk_is_busy_is_one_write_and_one_sync()
    {
        node.Open();
        node.AppendAndRun(1, 1, 1);
        var before = node.Disk.Operations;
        node.Disk.Faults.StallSyncs = true;
        for (ulong index = 2; index <= 30; index++)
        {
            node.Log.Append(null, Entries(1, index, 1, payloadBytes: 10));
            node.Run();
        }
        node.Disk.Faults.StallSyncs = false;
        node.Run();
        // Entry 2 alone, then the 28 that waited, each a write and a sync, then one unsynced write of evidence.
        Assert.Equal(["persisted 1@1", "persisted 2@1", "persisted 30@1"], node.Events);
        Assert.Equal(5, node.Disk.Operations - before);
    }

    [Fact]
    public void An_entry_at_or_below_the_last_replaces_it_and_what_follows()
    {
        node.Open();
        node.AppendAndRun(1, 1, 30);
        node.AppendAndRun(2, 11, 3);
        string[] expected = [.. Positions(1, 1, 10), .. Positions(2, 11, 3)];
        Assert.Equal(expected, Contents(node.Log));
        Assert.Equal(expected, Contents(node.Restart()));
        node.AppendAndRun(3, 5, 1);
        node.AppendAndRun(3, 6, 40);
        expected = [.. Positions(1, 1, 4), .. Positions(3, 5, 41)];
        Assert.Equal(expected, Contents(node.Log));
        Assert.Equal(expected, Contents(node.Restart()));
    }

    [Fact]
    public void L10_a_replaced_entry_is_not_readable_while_its_successor_is_on_the_way()
    {
        node.Open();
        node.AppendAndRun(1, 1, 9);
        node.Disk.Faults.StallSyncs = true;
        node.AppendAndRun(2, 5, 1);
        Assert.Equal("5@2", node.Log.Last.ToString());
        Assert.Equal(Positions(1, 1, 4), Contents(node.Log));
        Assert.Empty(node.Log.Read(new(5), new(9), 1000));
        node.Disk.Faults.StallSyncs = false;
        node.Run();
        Assert.Equal([.. Positions(1, 1, 4), "5@2"], Contents(node.Log));
    }

    [Fact]
    public void L10_a_completed_write_names_the_term_that_it_wrote()
    {
        node.Open();
        node.AppendAndRun(1, 1, 4);
        node.Disk.Faults.StallSyncs = true;
        node.AppendAndRun(2, 5, 1);
        node.AppendAndRun(3, 5, 1);
        node.Disk.Faults.StallSyncs = false;
        node.Run();
        Assert.Equal(["persisted 4@1", "persisted 5@2", "persisted 5@3"], node.Events);
    }

    [Fact]
    public void The_hard_state_is_durable_before_the_entries_that_were_queued_with_it()
    {
        node.Open();
        node.Log.Append(new HardState(new(3), new NodeId(9)), Entries(3, 1, 2));
        node.Run();
        Assert.Equal(["hard state 3/9", "persisted 2@3"], node.Events);
        Assert.Equal(new HardState(new(3), new NodeId(9)), node.RestartAfterPowerCut(3).HardState);
    }

    [Fact]
    public void A_cut_drops_whole_segments_and_moves_the_start()
    {
        node.Open();
        node.AppendAndRun(1, 1, 100);
        node.Log.Cut(new(new(60), new(1)));
        node.Run();
        var start = node.Log.Start;
        Assert.InRange(start.Index.Value, 30ul, 60ul);
        Assert.Equal($"start {start}", node.Events[^1]);
        Assert.Empty(node.Log.Read(start.Index, new(100), 1000));
        foreach (var log in node.NowAndAfterRestarts())
        {
            Assert.Equal(start, log.Start);
            Assert.Equal(Positions(1, (int)start.Index.Value + 1, 100 - (int)start.Index.Value), Contents(log));
            Assert.Equal([new TermRun(start.Index.Next, new(1))], log.TermRuns());
        }
        node.AppendAndRun(1, 101, 5);
        Assert.Equal("105@1", node.Restart().Last.ToString());
    }

    [Fact]
    public void Segments_are_used_again_so_a_log_that_is_cut_needs_no_more_disk()
    {
        node.Open();
        for (ulong round = 0; round < 40; round++)
        {
            node.AppendAndRun(1, round * 20 + 1, 20);
            node.Log.Cut(new(new(round * 20 + 10), new(1)));
            node.Run();
            if (round % 7 == 3)
                node.Restart();
        }
        Assert.InRange(node.Disk.UsedBytes, 1, 6 * 4096 + 3 * 16384);
        Assert.Equal("800@1", node.Restart().Last.ToString());
    }

    [Fact]
    public void A_cut_after_a_replacement_keeps_what_counts()
    {
        node.Open();
        node.AppendAndRun(1, 1, 60);
        node.AppendAndRun(2, 20, 30);
        node.Log.Cut(new(new(19), new(1)));
        node.Run();
        Assert.Equal("19@1", node.Log.Start.ToString());
        Assert.Equal(Positions(2, 20, 30), Contents(node.Log));
        Assert.Equal(Positions(2, 20, 30), Contents(node.Restart()));
        Assert.Equal("19@1", node.Log.Start.ToString());
    }

    [Fact]
    public void S01_a_reset_forgets_everything_and_goes_on_after_the_position()
    {
        node.Open();
        node.AppendAndRun(1, 1, 20);
        node.Log.Reset(new(new(10), new(2)));
        Assert.Equal("10@2", node.Log.Last.ToString());
        Assert.Empty(node.Log.Read(new(11), new(20), 1000));
        node.Log.Append(null, Entries(3, 11, 2));
        node.Run();
        Assert.Equal("start 10@2", node.Events[^2]);
        foreach (var log in node.NowAndAfterRestarts())
        {
            Assert.Equal("10@2", log.Start.ToString());
            Assert.Equal(Positions(3, 11, 2), Contents(log));
        }
    }

    [Fact]
    public void S01_a_reset_while_a_write_is_on_its_way_reports_nothing_of_before()
    {
        node.Open();
        node.Disk.Faults.StallSyncs = true;
        node.AppendAndRun(1, 1, 5);
        node.Log.Append(null, Entries(1, 6, 5));
        node.Log.Reset(new(new(3), new(2)));
        node.Log.Append(null, Entries(2, 4, 1));
        node.Disk.Faults.StallSyncs = false;
        node.Run();
        Assert.Equal(["start 3@2", "persisted 4@2"], node.Events);
        Assert.Equal(["4@2"], Contents(node.Restart()));
    }

    [Fact]
    public void Reads_give_at_least_one_entry_and_about_as_many_bytes_as_asked()
    {
        node.Open();
        node.AppendAndRun(1, 1, 100);
        Assert.Single(node.Log.Read(new(7), new(100), 1));
        Assert.Equal(3, node.Log.Read(new(7), new(9), 100_000).Count);
        Assert.InRange(node.Log.Read(new(7), new(100), 1320).Count, 9, 11);
        Assert.Empty(node.Log.Read(new(101), new(200), 100));
        Assert.Empty(node.Log.Read(new(0), new(5), 100));
    }

    [Fact]
    public void Entries_of_every_size_up_to_the_largest_are_kept()
    {
        node.Open();
        ulong index = 0;
        foreach (var size in Enumerable.Range(0, 40).Append(455).Append(456).Append(457).Append(Small.EntryBytesMax - 1).Append(Small.EntryBytesMax))
            node.AppendAndRun(1, ++index, 1, size);
        Assert.Equal(Positions(1, 1, (int)index), Contents(node.Restart()));
        Assert.Throws<ArgumentException>(() => node.Log.Append(null, Entries(1, index + 1, 1, Small.EntryBytesMax + 1)));
    }

    [Fact]
    public void Entries_that_leave_a_gap_are_refused()
    {
        node.Open();
        node.AppendAndRun(1, 1, 5);
        Assert.Throws<ArgumentException>(() => node.Log.Append(null, Entries(1, 7, 1)));
        node.Log.Reset(new(new(5), new(1)));
        Assert.Throws<ArgumentException>(() => node.Log.Append(null, Entries(1, 5, 1)));
    }
}
