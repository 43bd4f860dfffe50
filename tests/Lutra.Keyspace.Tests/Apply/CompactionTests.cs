using Lutra.Storage.Files;
using static Lutra.Keyspace.Tests.Text;

namespace Lutra.Keyspace.Tests;

public sealed class CompactionTests : IDisposable
{
    private readonly KeyspaceBed bed = new(KeyspaceBed.MergesAlways);

    public CompactionTests()
    {
        bed.Put("a", "1");
        bed.Put("a", "2");
        bed.Delete("a");
        bed.Put("b", "1");
        bed.Put("a", "3");
        bed.Put("b", "2");
    }

    [Fact]
    public void A_view_whose_state_cannot_be_read_keeps_no_table_that_was_merged_away()
    {
        using var fresh = new KeyspaceBed(KeyspaceBed.MergesAlways with { BlockCacheBytes = 0 });
        fresh.Put("a", "1");
        fresh.Flush();
        fresh.Disk.Faults.MisreadIn = 1;
        Assert.Throws<DamagedFileException>(() => fresh.Store.Pin());
        fresh.Merge();
        Assert.Single(fresh.Disk.Paths, path => path.EndsWith(".table", StringComparison.Ordinal));
    }

    [Fact]
    public void It_answers_with_the_current_revision_and_uses_none()
    {
        var applied = bed.Compact(4);
        Assert.Equal(new CompactResult(new Revision(7)), applied.Result);
        Assert.Equal(7, bed.Store.Revision.Value);
        Assert.Equal(4, bed.Store.CompactRevision.Value);
    }

    [Fact]
    public void Below_the_floor_reads_are_refused_and_at_it_they_are_not()
    {
        bed.Compact(4);
        Assert.Equal(LutraError.Compacted, Assert.Throws<LutraException>(() => bed.All(revision: 3)).Error);
        Assert.Equal("", bed.All(revision: 4));
        Assert.Equal("b=1 5/5/1", bed.All(revision: 5));
        Assert.Equal("a=3 6/6/1, b=2 5/7/2", bed.All());
    }

    [Theory]
    [InlineData(8, LutraError.FutureRevision)]
    [InlineData(4, LutraError.Compacted)]
    [InlineData(3, LutraError.Compacted)]
    [InlineData(0, LutraError.Compacted)]
    [InlineData(-5, LutraError.Compacted)]
    public void The_floor_moves_forward_only_and_no_further_than_the_store(long revision, LutraError expected)
    {
        bed.Compact(4);
        Assert.Equal(expected, KeyspaceBed.Refused(bed.Compact(revision)).Error);
        Assert.Equal(4, bed.Store.CompactRevision.Value);
        Assert.Null(bed.Compact(7).Refusal);
    }

    [Fact]
    public void Revision_0_can_be_compacted_once_in_a_store_that_never_was()
    {
        Assert.Null(bed.Compact(0).Refusal);
        Assert.Equal(LutraError.Compacted, KeyspaceBed.Refused(bed.Compact(0)).Error);
        Assert.Equal("a=1 2/2/1", bed.All(revision: 2));
    }

    // Of a: 2 put, 3 put, 4 tombstone, 6 put. Of b: 5 put, 7 put. A merge of everything leaves what can still be read, and the tombstone
    // at exactly the floor, which one who watches from there must see.
    [Theory]
    [InlineData(2, "a@6 a@4 a@3 a@2 b@7 b@5", "2 3 4 5 6 7")]
    [InlineData(3, "a@6 a@4 a@3 b@7 b@5", "3 4 5 6 7")]
    [InlineData(4, "a@6 a@4 b@7 b@5", "4 5 6 7")]
    [InlineData(5, "a@6 b@7 b@5", "5 6 7")]
    [InlineData(6, "a@6 b@7 b@5", "6 7")]
    [InlineData(7, "a@6 b@7", "7")]
    public void A_merge_leaves_the_newest_version_at_the_floor_and_all_above_it(long floor, string versions, string index)
    {
        bed.Compact(floor);
        bed.Merge();
        var left = bed.TableEntries();
        Assert.Equal(versions, string.Join(' ', left.Where(entry => entry.Key[0] == TableKeys.User).Select(entry => $"{From(entry.Key.AsMemory(1))}@{entry.Version}")));
        Assert.Equal(index, string.Join(' ', left.Where(entry => entry.Key[0] == TableKeys.Revisions).Select(entry => entry.Version)));
    }

    [Fact]
    public void S07_a_merge_goes_by_the_floor_on_disk_not_by_one_that_a_power_cut_would_take_back()
    {
        bed.Flush();
        bed.Compact(7);
        // A merge on the way now must not know of the floor: the entry that raises it is in memory only.
        using (var view = bed.Tables.Pin())
        using (var cursor = view.OpenCursor())
        {
            var pass = new KeyspaceMergeRule().Begin(includesOldest: true);
            for (var found = cursor.Seek([], ulong.MaxValue); found; found = cursor.Next())
            {
                var isRaisedState = cursor.Key.SequenceEqual(TableKeys.State) && cursor.Version == 7;
                if (!isRaisedState && cursor.Key[0] == TableKeys.User)
                    Assert.True(pass.Keep(cursor.Key, cursor.Version, cursor.Value.Span));
            }
        }

        bed.ReopenTables(powerCut: new Random(1));
        Assert.Equal(0, bed.Store.CompactRevision.Value);
        Assert.Equal("a=2 2/3/2", bed.All(revision: 3));
    }

    [Fact]
    public void K07_a_view_that_was_pinned_before_reads_what_was_compacted_and_merged_away()
    {
        using var before = bed.Store.Pin();
        bed.Compact(7);
        bed.Merge();
        Assert.Equal("a=2 2/3/2", Of(before.Range(new RangeOperation(KeyRange.All, Revision: new Revision(3))).KeyValues));
    }

    [Fact]
    public void A_tombstone_is_kept_while_an_older_table_may_hold_what_it_hides()
    {
        var pass = new KeyspaceMergePass(includesOldest: false);
        var state = new ByteWriter();
        (StateRecord.Initial with { Revision = 9, Floor = 9 }).Write(state);
        var tombstone = new ByteWriter();
        KeyVersion.WriteTombstone(tombstone, 0);
        Assert.True(pass.Keep(TableKeys.State, 5, state.Written));
        Assert.True(pass.Keep([TableKeys.User, 1], 4, tombstone.Written));
        Assert.False(pass.Keep([TableKeys.User, 1], 3, tombstone.Written));
    }

    public void Dispose() => bed.Dispose();
}
