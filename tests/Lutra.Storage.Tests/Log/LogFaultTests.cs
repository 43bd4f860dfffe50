using Lutra.Raft;
using Lutra.Storage.Files;
using static Lutra.Storage.Tests.Log.LogFixture;

namespace Lutra.Storage.Tests.Log;

/// <summary>Errors of the disk: failed writes and syncs end everything, want of room does not.</summary>
public sealed class LogFaultTests
{
    [Fact]
    public void D01_D02_after_a_sync_that_fails_nothing_is_reported_and_nothing_acknowledged_is_lost()
    {
        for (var at = 1; at <= 40; at++)
            FailAndRestart(node => node.Disk.Faults.FailSyncIn = at);
    }

    [Fact]
    public void D02_after_a_write_that_fails_nothing_is_reported_and_half_a_record_is_no_damage()
    {
        for (var at = 1; at <= 40; at++)
            FailAndRestart(node => node.Disk.Faults.FailWriteIn = at);
    }

    [Theory]
    [InlineData(1, 60)]
    [InlineData(1, 300)]
    [InlineData(5, 300)]
    public void D03_a_torn_write_that_was_cleared_in_part_only_is_still_no_damage(int entries, int payloadBytes)
    {
        var node = new LogFixture();
        node.Open();
        node.AppendAndRun(1, 1, 5);
        node.Disk.Faults.FailWriteIn = 1;
        node.Append(1, 6, entries, payloadBytes);
        node.Run();
        Assert.NotNull(node.Failure);
        node.Process.Kill();
        node.Disk.Kill();
        var torn = node.Disk.Save();
        for (var at = 1; at <= 8; at++)
        {
            node.Disk.Restore(torn);
            node.Disk.Faults.FailWriteIn = at;
            try
            {
                node.Restart();
            }
            catch (DiskException)
            {
                // One of the writes of recovery.
            }

            node.Disk.Faults.FailWriteIn = 0;
            Assert.Equal(Positions(1, 1, 5), Contents(node.Restart()));
        }
    }

    [Theory]
    [InlineData(3, 60)]
    [InlineData(9, 500)]
    public void D05_a_byte_that_one_read_alone_brings_is_never_written_to_the_disk(int entries, int payloadBytes)
    {
        var node = new LogFixture();
        node.Open();
        for (var index = 1; index <= entries; index++)
            node.AppendAndRun(1, (ulong)index, 1, payloadBytes);
        for (var at = 1; at <= 60; at++)
        {
            node.Disk.Faults.MisreadIn = at;
            try
            {
                Assert.Equal(Positions(1, 1, entries), Contents(node.Restart()));
            }
            catch (DamagedFileException)
            {
                // It was seen.
            }

            node.Disk.Faults.MisreadIn = 0;
            Assert.Equal(Positions(1, 1, entries), Contents(node.Restart()));
        }
    }

    [Fact]
    public void D02_pages_that_a_crash_left_unsynced_are_written_again_before_anything_counts_on_them()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var node = new LogFixture((ulong)seed);
            node.Open();
            node.Disk.Faults.StallSyncs = true;
            node.AppendAndRun(1, 1, 3);
            // Killed between write and sync: the next process finds the entries, and may acknowledge what it found.
            Assert.Equal("3@1", node.Restart().Last.ToString());
            Assert.Equal(Positions(1, 1, 3), Contents(node.RestartAfterPowerCut(seed)));
        }
    }

    [Fact]
    public void D06_records_of_a_recycled_segment_never_look_new()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var node = new LogFixture((ulong)seed);
            node.Open();
            node.AppendAndRun(1, 1, 100);
            node.Cut(1, 100);
            node.Run();
            node.AppendAndRun(1, 101, 30);
            node.Cut(1, 130);
            node.Run();
            // What is written now lies in segments that were full of valid records.
            node.AppendAndRun(2, 131, 10);
            node.Disk.Faults.StallSyncs = true;
            node.Append(2, 141, 10);
            node.Run();
            var log = node.RestartAfterPowerCut(seed);
            node.Model.RequireMatches(log);
            Assert.True(log.Last.Index.Value is 140 or 150, $"{log.Last}");
        }
    }

    [Fact]
    public void D09_a_full_disk_shows_as_want_of_room_and_never_as_a_failed_write()
    {
        for (long quota = 0; quota < 80_000; quota += 761)
        {
            var node = new LogFixture();
            node.Disk.Faults.QuotaBytes = 70_000 + quota;
            node.Open();
            ulong next = 1;
            for (var round = 0; round < 30 && !node.Log.IsFull; round++)
            {
                node.AppendAndRun(1, next, 7);
                next += 7;
            }
            if (!node.Log.IsFull)
                continue;

            // What still fits is accepted, what does not waits; nothing fails.
            while (node.Log.RoomBytes >= 160)
                node.AppendAndRun(1, next++, 1);
            var acknowledged = node.Persisted;
            node.AppendAndRun(1, next, 60);
            Assert.Null(node.Failure);
            Assert.Null(node.Crash);
            Assert.True(node.Persisted.Index.Value < next + 59);
            Assert.Equal((int)node.Persisted.Index.Value, Contents(node.Log).Length);
            Assert.True(acknowledged.Index <= node.Persisted.Index);

            node.Disk.Faults.QuotaBytes = null;
            for (var tick = 0; tick < 64 && node.Log.IsFull; tick++)
            {
                node.Log.RetryRoom();
                node.Run();
            }
            Assert.False(node.Log.IsFull);
            Assert.Equal(next + 59, node.Persisted.Index.Value);
            node.Model.RequireMatches(node.RestartAfterPowerCut(1));
        }
    }

    [Fact]
    public void D09_a_cut_gives_room_on_a_full_disk_without_asking_for_it()
    {
        var node = new LogFixture();
        node.Open();
        node.AppendAndRun(1, 1, 60);
        node.Disk.Faults.QuotaBytes = node.Disk.UsedBytes;
        node.AppendAndRun(1, 61, 100);
        Assert.True(node.Log.IsFull);
        var stuck = node.Persisted;
        Assert.True(stuck.Index.Value < 160);
        node.Cut(1, 60);
        node.Run();
        Assert.True(node.Persisted.Index > stuck.Index);
        node.Cut(1, node.Persisted.Index.Value);
        node.Run();
        Assert.Equal("160@1", node.Persisted.ToString());
    }

    [Fact]
    public void D09_the_hard_state_and_a_reset_need_no_room()
    {
        var node = new LogFixture();
        node.Open();
        node.AppendAndRun(1, 1, 60);
        node.Disk.Faults.QuotaBytes = node.Disk.UsedBytes;
        node.AppendAndRun(1, 61, 100);
        node.Log.Append(new HardState(new(7), new NodeId(3)), []);
        node.Run();
        Assert.Equal("hard state 7/3", node.Events[^1]);
        node.Reset(7, 500);
        node.Run();
        node.AppendAndRun(7, 501, 5);
        Assert.Equal("505@7", node.Persisted.ToString());
        Assert.Equal("505@7", node.RestartAfterPowerCut(1).Last.ToString());
    }

    [Fact]
    public void D10_while_the_disk_is_stuck_the_hard_state_is_not_reported()
    {
        var node = new LogFixture();
        node.Open();
        node.Disk.Faults.StallSyncs = true;
        node.Log.Append(new HardState(new(2), null), Entries(2, 1, 1));
        node.Run();
        Assert.Empty(node.Events);
    }

    private static void FailAndRestart(Action<LogFixture> inject)
    {
        var node = new LogFixture();
        node.Open();
        inject(node);
        for (ulong round = 0; round < 12 && node.Failure is null; round++)
        {
            node.Append(1, round * 8 + 1, 8, hardState: new HardState(new(round + 1), null));
            node.Run();
            if (round % 4 == 3)
                node.Cut(1, round * 8);
        }
        Assert.NotNull(node.Failure);
        Assert.Null(node.Crash);
        Assert.Equal("failed", node.Events[^1]);
        node.Log.Append(new HardState(new(99), null), []);
        node.Run();
        Assert.Equal("failed", node.Events[^1]);
        Assert.Single(node.Events, told => told == "failed");
        node.Model.RequireMatches(node.Restart());
        Assert.True(node.Log.HardState.Term.Value >= node.HardState.Term.Value);
        node.Model.RequireMatches(node.RestartAfterPowerCut(1));
    }
}
