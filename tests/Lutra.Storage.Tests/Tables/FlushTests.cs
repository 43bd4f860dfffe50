using Lutra.Storage.Tables;

namespace Lutra.Storage.Tests.Tables;

public sealed class FlushTests
{
    [Fact]
    public void What_was_flushed_is_there_after_a_restart_and_the_rest_is_for_the_log_to_replay()
    {
        var random = new Random(1);
        using var bed = new TableBed();
        bed.Open();
        bed.Batch(random);
        bed.FlushAll();
        var flushed = bed.Store.Applied;
        bed.Batch(random);
        Assert.Equal([flushed], bed.Flushed);
        bed.AssertShown(random);

        var store = bed.Restart(powerCut: random);
        Assert.Equal(flushed, store.Durable);
        Assert.Equal(flushed, store.Applied);
        bed.AssertShown(random);
    }

    [Fact]
    public void A_full_memtable_is_flushed_without_being_asked()
    {
        var random = new Random(2);
        using var bed = new TableBed();
        bed.Open();
        for (var i = 0; i < 30; i++)
        {
            bed.Batch(random);
            bed.Settle();
        }
        Assert.True(bed.Flushed.Count > 3);
        Assert.True(bed.TablePaths.Count <= TableBed.Small.TablesMax);
        bed.AssertShown(random);
        Assert.Empty(bed.Failures);
    }

    [Fact]
    public void S07_a_memtable_is_rotated_only_between_entries()
    {
        using var bed = new TableBed();
        var store = bed.Open();
        bed.Put([1], new byte[10]);
        bed.Publish();
        for (byte i = 0; i < 200; i++)
            bed.Put([2, i], new byte[100]);
        store.RequestFlush();
        bed.Settle();
        // Half an entry is in the memtable: nothing may be written.
        Assert.Empty(bed.Flushed);
        bed.Publish();
        bed.Settle();
        Assert.Equal([TableBed.At(2)], bed.Flushed);
        bed.Restart();
        bed.AssertShown(new Random(1));
    }

    [Fact]
    public void An_applied_position_without_effects_becomes_durable_too()
    {
        using var bed = new TableBed();
        bed.Open();
        bed.Publish();
        bed.FlushAll();
        Assert.Empty(bed.TablePaths);
        Assert.Equal(TableBed.At(1), bed.Restart().Durable);
        bed.Store.RequestFlush();
        var operations = bed.Disk.Operations;
        bed.Settle();
        Assert.Equal(operations, bed.Disk.Operations);
        Assert.Equal([TableBed.At(1), TableBed.At(1)], bed.Flushed);
    }

    [Fact]
    public void The_applier_is_told_to_pause_and_to_go_on()
    {
        using var bed = new TableBed();
        var store = bed.Open();
        var random = new Random(3);
        while (store.HasRoom)
            bed.Batch(random);
        Assert.Equal(0, bed.RoomAgainCount);
        bed.Settle();
        Assert.True(store.HasRoom);
        Assert.Equal(1, bed.RoomAgainCount);
        bed.AssertShown(random);
    }

    [Fact]
    public void Large_keys_and_values_come_back_from_a_table()
    {
        using var bed = new TableBed(options: new TableOptions(MemtableBytes: 5_000_000));
        var random = new Random(4);
        bed.Open();
        for (var i = 0; i < 9; i++)
        {
            var key = new byte[66_000];
            var value = new byte[i % 3 == 0 ? 1_700_000 : 10];
            random.NextBytes(key);
            random.NextBytes(value);
            bed.Put(key, value);
            bed.Put([(byte)i], []);
            bed.Publish();
            bed.Settle();
        }
        bed.FlushAll();
        bed.Restart();
        bed.AssertShown(random);
    }
}
