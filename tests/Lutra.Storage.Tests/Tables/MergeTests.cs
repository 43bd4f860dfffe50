using Lutra.Storage.Tables;

namespace Lutra.Storage.Tests.Tables;

public sealed class MergeTests
{
    [Theory]
    [InlineData(new long[] { 1, 1, 1 }, 3, 0)]              // no more than the maximum
    [InlineData(new long[] { 1, 1, 1, 1 }, 3, 4)]           // all alike: all of them
    [InlineData(new long[] { 1, 2, 4, 8 }, 3, 2)]           // each larger than all newer: only as many as needed
    [InlineData(new long[] { 1, 1, 2, 100 }, 3, 3)]         // the large one is left alone
    [InlineData(new long[] { 9, 1, 1, 1, 1 }, 3, 5)]
    [InlineData(new long[] { 1, 1, 1, 1, 1, 900 }, 3, 5)]
    public void A_merge_takes_the_newest_tables_of_like_size(long[] lengths, int tablesMax, int expected) =>
        Assert.Equal(expected, MergeChoice.Choose(lengths, tablesMax));

    [Fact]
    public void Rewriting_stays_logarithmic()
    {
        List<long> tables = [];
        var rewritten = 0L;
        const int Flushes = 4_096;
        for (var flush = 0; flush < Flushes; flush++)
        {
            tables.Insert(0, 1);
            for (var count = MergeChoice.Choose(tables, 6); count > 0; count = MergeChoice.Choose(tables, 6))
            {
                var merged = tables.Take(count).Sum();
                rewritten += merged;
                tables.RemoveRange(0, count);
                tables.Insert(0, merged);
            }
            Assert.True(tables.Count <= 6);
        }
        Assert.True(rewritten < 14L * Flushes, $"each byte was rewritten {rewritten / (double)Flushes:F1} times");
    }

    [Fact]
    public void A_merged_table_is_deleted_once_the_last_view_that_reads_it_is_gone()
    {
        var random = new Random(1);
        using var bed = new TableBed();
        bed.Open();
        bed.Batch(random);
        bed.FlushAll();
        var first = Assert.Single(bed.TablePaths);
        var view = bed.Store.Pin();
        var second = bed.Store.Pin();
        for (var i = 0; i < 8; i++)
        {
            bed.Batch(random);
            bed.FlushAll();
        }
        Assert.Contains(first, bed.TablePaths);
        bed.States[view.Applied].AssertShownBy(view, random);
        view.Dispose();
        view.Dispose();
        bed.Settle();
        Assert.Contains(first, bed.TablePaths);
        second.Dispose();
        bed.Settle();
        Assert.DoesNotContain(first, bed.TablePaths);
        Assert.Throws<ObjectDisposedException>(() => view.OpenCursor());
    }

    [Fact]
    public void A_merge_that_keeps_nothing_leaves_no_table()
    {
        var random = new Random(2);
        var rule = new FloorRule { Floor = ulong.MaxValue };
        using var bed = new TableBed(rule: rule);
        bed.Open();
        for (var i = 0; i < 4; i++)
        {
            bed.Batch(random, valueBytesMax: 1);
            bed.FlushAll();
        }
        Assert.Empty(bed.TablePaths);
        bed.States[TableBed.At(4)] = new ModelState();
        bed.Restart();
        bed.AssertShown(random);
    }

    [Fact]
    public void Merges_do_not_starve_while_flushes_always_have_work()
    {
        var random = new Random(3);
        using var bed = new TableBed();
        var store = bed.Open();
        var (most, version) = (0, 0ul);
        for (var i = 0; i < 300; i++)
        {
            // The applier is as fast as it is allowed to be.
            while (store.HasRoom)
            {
                version++;
                for (var put = 0; put < 20; put++)
                    store.Put(ModelKeys.Any(random), version, new byte[40]);
                store.Publish(TableBed.At(version));
            }
            Assert.True(bed.Scheduler.RunUntil(() => store.HasRoom, TimeSpan.FromSeconds(10)));
            using var set = store.PinTables();
            most = Math.Max(most, set.Files.Count);
        }
        Assert.True(most <= (4 * TableBed.Small.TablesMax) + 2, $"{most} tables");
    }

    [Fact]
    public void What_nobody_needs_any_more_is_squeezed_out_of_old_and_large_tables_too()
    {
        var random = new Random(2);
        var rule = new FloorRule();
        using var bed = new TableBed(rule: rule);
        bed.Open();
        for (var batch = 0; batch < 40; batch++)
            bed.Batch(random);
        bed.FlushAll();
        var before = bed.Store.Sizes;

        // What is in memory goes along.
        bed.Batch(random);
        rule.Floor = bed.LastVersion;
        bed.Settle();
        bed.Store.Squeeze();
        bed.Settle();
        var after = bed.Store.Sizes;
        Assert.Equal((1, 0L), (after.Tables, after.MemtableBytes));
        Assert.True(after.TableBytes < before.TableBytes / 2, $"{after.TableBytes} of {before.TableBytes}");
        Assert.Equal(bed.Store.Applied, bed.Store.Durable);
        Assert.True(rule.Dropped > 0);

        // Once is enough, and a store that holds nothing has nothing to squeeze.
        var path = Assert.Single(bed.TablePaths);
        bed.Settle();
        Assert.Equal(path, Assert.Single(bed.TablePaths));
        using var empty = new TableBed();
        empty.Open();
        empty.Store.Squeeze();
        empty.Settle();
        Assert.Empty(empty.TablePaths);
    }
}
