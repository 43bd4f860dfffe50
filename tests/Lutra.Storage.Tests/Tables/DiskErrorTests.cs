using Lutra.Raft;

namespace Lutra.Storage.Tests.Tables;

public sealed class DiskErrorTests
{
    [Fact]
    public void D02_a_table_whose_write_or_sync_fails_is_written_anew_under_another_number()
    {
        foreach (var inject in new Action<TableBed>[] { bed => bed.Disk.Faults.FailWriteIn = 1, bed => bed.Disk.Faults.FailSyncIn = 1 })
        {
            var random = new Random(1);
            using var bed = new TableBed();
            bed.Open();
            bed.Batch(random);
            inject(bed);
            bed.FlushAll();
            Assert.Empty(bed.Failures);
            Assert.Equal(["tables/0000000000000002.table"], bed.TablePaths);
            bed.Restart(powerCut: random);
            Assert.Equal(TableBed.At(1), bed.Store.Durable);
            bed.AssertShown(random);
        }
    }

    [Fact]
    public void D02_a_table_that_fails_again_waits_for_the_node_to_ask_for_another_attempt()
    {
        var random = new Random(2);
        using var bed = new TableBed();
        bed.Open();
        bed.Batch(random);
        bed.Disk.Faults.FailWriteIn = 1;
        bed.Store.RequestFlush();
        bed.Scheduler.RunUntil(() => bed.Store.WriteTrouble is not null, TimeSpan.FromSeconds(1));
        bed.Disk.Faults.FailWriteIn = 1;
        bed.Settle();
        Assert.NotNull(bed.Store.WriteTrouble);
        Assert.Equal(LogPosition.Zero, bed.Store.Durable);
        Assert.Empty(bed.TablePaths);
        bed.AssertShown(random);

        bed.Store.RetryWrites();
        bed.Settle();
        Assert.Null(bed.Store.WriteTrouble);
        Assert.Equal(TableBed.At(1), bed.Store.Durable);
        bed.Store.RetryWrites();
        Assert.True(bed.Scheduler.IsIdle);
    }

    [Theory]
    [InlineData(2)] // the folder, for the table's name
    [InlineData(3)] // the new manifest
    [InlineData(4)] // the folder, for the manifest's name
    public void D02_a_failed_sync_of_manifest_or_folder_stops_the_node(int sync)
    {
        var random = new Random(3);
        using var bed = new TableBed();
        bed.Open();
        bed.Batch(random);
        bed.Disk.Faults.FailSyncIn = sync;
        bed.Store.RequestFlush();
        bed.Settle();
        Assert.Contains("tables", Assert.Single(bed.Failures).Path, StringComparison.Ordinal);
        Assert.Empty(bed.Flushed);
        var operations = bed.Disk.Operations;
        bed.Store.RequestFlush();
        bed.Store.RetryWrites();
        bed.Settle();
        Assert.Equal(operations, bed.Disk.Operations);
        // The kernel dropped what it could not write: what is on disk is the state before, or after where only the last sync is in doubt.
        bed.Restart(powerCut: random);
        bed.AssertShown(random);
    }

    [Fact]
    public void D09_a_full_disk_at_any_byte_of_a_flush_is_reported_and_survived_without_a_restart()
    {
        var random = new Random(4);
        var bytesNeeded = 0L;
        for (var room = 0; bytesNeeded == 0 || room < bytesNeeded + 50; room += 7)
        {
            using var bed = new TableBed();
            bed.Open();
            bed.Batch(new Random(5));
            bed.FlushAll();
            bed.Batch(new Random(6));
            var used = bed.Disk.UsedBytes;
            bed.Disk.Faults.QuotaBytes = used + room;
            bed.Store.RequestFlush();
            bed.Settle();
            Assert.Empty(bed.Failures);
            bed.AssertShown(random);
            if (bed.OutOfSpace.Count == 0)
            {
                bytesNeeded = bytesNeeded == 0 ? room : bytesNeeded;
            }
            else
            {
                Assert.Equal([true], bed.OutOfSpace);
                Assert.Equal(TableBed.At(1), bed.Store.Durable);
                Assert.NotNull(bed.Store.WriteTrouble);
                bed.Store.RetryWrites();
                bed.Settle();
                Assert.Equal([true], bed.OutOfSpace);
                bed.Disk.Faults.QuotaBytes = null;
                bed.Store.RetryWrites();
                bed.Settle();
                Assert.Equal([true, false], bed.OutOfSpace);
            }
            Assert.Equal(TableBed.At(2), bed.Store.Durable);
            bed.Restart(powerCut: random);
            bed.AssertShown(random);
        }
        Assert.True(bytesNeeded > 300);
    }

    [Fact]
    public void D09_on_a_full_disk_what_is_committed_is_applied_in_memory_up_to_a_limit()
    {
        var random = new Random(7);
        using var bed = new TableBed(options: TableBed.Small with { MoreBytesWhenFull = 20_000 });
        bed.Open();
        bed.Batch(random);
        bed.FlushAll();
        bed.Disk.Faults.QuotaBytes = bed.Disk.UsedBytes;
        var batches = 0;
        for (; bed.Store.HasRoom; batches++)
        {
            Assert.True(batches < 1000, "A full disk is no limit.");
            bed.Batch(random);
            bed.Settle();
            bed.AssertShown(random);
        }

        Assert.Equal([true], bed.OutOfSpace);
        var (waited, applied) = (bed.RoomAgainCount, bed.Store.Applied);
        Assert.Equal((ulong)batches + 1, applied.Index.Value);
        bed.Disk.Faults.QuotaBytes = null;
        bed.Store.RetryWrites();
        bed.Settle();
        Assert.True(bed.Store.HasRoom);
        Assert.True(bed.RoomAgainCount > waited);
        bed.FlushAll();
        Assert.Equal(applied, bed.Store.Durable);
        bed.Restart(powerCut: random);
        bed.AssertShown(random);
    }

    [Fact]
    public void A_merge_without_room_waits_and_flushes_go_on()
    {
        var random = new Random(6);
        using var bed = new TableBed();
        bed.Open();
        for (var i = 0; i < TableBed.Small.TablesMax; i++)
        {
            bed.Batch(random, puts: 300);
            bed.FlushAll();
        }
        // Room for one more small table and manifest, not for all of them merged.
        bed.Disk.Faults.QuotaBytes = bed.Disk.UsedBytes + 8_000;
        bed.Batch(random, puts: 3);
        bed.FlushAll();
        Assert.True(bed.TablePaths.Count > TableBed.Small.TablesMax);
        Assert.NotNull(bed.Store.WriteTrouble);
        Assert.Empty(bed.Failures);
        bed.AssertShown(random);
        bed.Disk.Faults.QuotaBytes = null;
        for (var retry = 0; retry < 4; retry++)
        {
            bed.Store.RetryWrites();
            bed.Settle();
        }
        Assert.True(bed.TablePaths.Count <= TableBed.Small.TablesMax);
        bed.AssertShown(random);
    }
}
