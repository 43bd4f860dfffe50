using Lutra.Storage.Checksums;
using Lutra.Storage.Files;
using Lutra.Storage.Tables;

namespace Lutra.Storage.Tests.Tables;

/// <summary>Tables with every checksum right that no honest writer makes: each is refused for its own reason.</summary>
public sealed class HostileTableTests
{
    private static readonly (string Key, ulong Version)[] newest = [("a", 2), ("b", 7)];
    private static readonly (string Key, ulong Version)[] older = [("a", 1)];

    [Fact]
    public void The_same_table_without_a_lie_is_believed() => Verify(Forge(newest, older));

    [Fact]
    public void F01_a_small_table_is_verified_in_little_memory()
    {
        var table = Forge(newest, older);
        Verify(table);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Verify(table);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 128 * 1024);
    }

    [Fact]
    public void Keys_out_of_order_are_refused() => AssertRefused("out of order", Forge([("b", 7), ("a", 2)]));

    [Fact]
    public void Versions_out_of_order_are_refused() => AssertRefused("out of order", Forge([("a", 3)], [("a", 1), ("a", 2)]));

    [Fact]
    public void An_entry_that_is_there_twice_is_refused() => AssertRefused("out of order", Forge([("a", 1)], [("a", 1)]));

    [Fact]
    public void An_older_version_in_the_tree_of_the_newest_is_refused() => AssertRefused("in the tree of the newest", Forge([("a", 2), ("a", 1), ("b", 7)]));

    [Fact]
    public void A_version_that_is_the_newest_in_the_tree_of_the_older_is_refused()
    {
        AssertRefused("in the tree of the older", Forge([("a", 1), ("b", 7)], [("a", 2)]));
        AssertRefused("in the tree of the older", Forge([("a", 2)], [("b", 1)]));
    }

    [Fact]
    public void A_filter_that_denies_a_key_is_refused() => AssertRefused("denies", Forge(newest, older, isInFilter: key => key != "b"));

    [Fact]
    public void Wrong_counts_are_refused()
    {
        AssertRefused("counts", Forge(newest, older, change: footer => footer with { EntryCount = 4 }));
        AssertRefused("counts", Forge(newest, older, change: footer => footer with { KeyCount = 1 }));
        AssertRefused("contradicts", Forge(newest, older, change: footer => footer with { KeyCount = 4 }));
        AssertRefused("contradicts", Forge(newest, older, change: footer => footer with { KeyCount = 0 }));
    }

    [Fact]
    public void A_tree_of_older_versions_that_the_counts_do_not_speak_of_is_refused()
    {
        AssertRefused("contradicts", Forge(newest, older, change: footer => footer with { Older = default }));
        AssertRefused("contradicts", Forge(newest, older, change: footer => footer with { KeyCount = 3 }));
        AssertRefused("contradicts", Forge(newest, change: footer => footer with { Older = footer.Newest }));
    }

    [Fact]
    public void An_index_that_names_another_last_entry_is_refused()
    {
        AssertRefused("index expects", Forge(newest, older, newestIndexKey: "c"));
        AssertRefused("index expects", Forge(newest, older, olderIndexKey: "c"));
    }

    [Fact]
    public void An_index_of_another_depth_is_refused()
    {
        AssertRefused("does not name a block", Forge(newest, older, change: footer => footer with { Newest = footer.Newest with { IndexLevels = 2 } }));
        AssertRefused("does not name a block", Forge(newest, older, change: footer => footer with { Older = footer.Older with { IndexLevels = 2 } }));
        foreach (var levels in (int[])[0, -1, 41, 1_000_000])
        {
            AssertRefused("contradicts", Forge(newest, older, change: footer => footer with { Newest = footer.Newest with { IndexLevels = levels } }));
            AssertRefused("contradicts", Forge(newest, older, change: footer => footer with { Older = footer.Older with { IndexLevels = levels } }));
        }
    }

    [Theory]
    [InlineData(-1, 100)]
    [InlineData(0, 100)]
    [InlineData(1_000_000, 100)]
    [InlineData(long.MaxValue, 100)]
    [InlineData(16, 0)]
    [InlineData(16, -5)]
    [InlineData(16, int.MaxValue)]
    public void A_root_or_filter_outside_the_file_is_refused_before_anything_of_its_size_is_allocated(long offset, int length)
    {
        AssertRefused("within the table", Forge(newest, older, change: footer => footer with { Newest = new(new(offset, length), 1) }));
        AssertRefused("within the table", Forge(newest, older, change: footer => footer with { Older = new(new(offset, length), 1) }));
        AssertRefused("within the table", Forge(newest, older, change: footer => footer with { Filter = new(offset, length) }));
    }

    [Fact]
    public void A_key_longer_than_any_that_is_accepted_is_refused() =>
        AssertRefused("too long", Forge([(new string('k', TableStore.KeyBytesMax + 1), 1)]));

    private static void AssertRefused(string reason, byte[] table) =>
        Assert.Contains(reason, Assert.Throws<DamagedFileException>(() => Verify(table)).Message, StringComparison.Ordinal);

    private static void Verify(byte[] table)
    {
        using var bed = new TableBed();
        bed.Disk.Plant("incoming/a", table);
        using var verification = TableVerification.Begin(bed.Files, "incoming/a");
        while (!verification.Step())
        {
            // The next piece.
        }
    }

    /// <summary>A table of one block for each tree, as the format says, but for what is asked to be wrong.</summary>
    private static byte[] Forge(
        (string Key, ulong Version)[] newest, (string Key, ulong Version)[]? older = null, Func<string, bool>? isInFilter = null, string? newestIndexKey = null,
        string? olderIndexKey = null, Func<TableFooter, TableFooter>? change = null)
    {
        older ??= [];
        var header = new byte[TableHeader.SizeBytes];
        TableHeader.Write(header);
        List<byte> bytes = [.. header];
        var newestRoot = Tree(bytes, newest, newestIndexKey);
        var olderRoot = older.Length == 0 ? default : Tree(bytes, older, olderIndexKey);

        var filter = TableFilter.For(newest.Length);
        foreach (var (key, _) in newest.Where(entry => isInFilter?.Invoke(entry.Key) != false))
            filter.Add(KeyHash.Of(System.Text.Encoding.UTF8.GetBytes(key)));
        var filterAt = bytes.Count;
        bytes.AddRange(filter.Finish(filterAt));
        var filterHandle = new BlockHandle(filterAt, bytes.Count - filterAt);

        var footer = new TableFooter(newest.Length + older.Length, newest.Length, newestRoot, olderRoot, filterHandle, Crc32C.Compute([.. bytes]));
        var footerBytes = new byte[TableFooter.SizeBytes];
        (change?.Invoke(footer) ?? footer).Write(footerBytes, bytes.Count);
        return [.. bytes, .. footerBytes];
    }

    private static TreeRoot Tree(List<byte> bytes, (string Key, ulong Version)[] entries, string? indexKey)
    {
        var builder = new BlockBuilder();
        foreach (var (key, version) in entries)
            builder.Add(System.Text.Encoding.UTF8.GetBytes(key), version, [1]);
        var block = Emit(bytes, builder);
        Span<byte> value = stackalloc byte[BlockHandle.SizeBytes];
        block.Write(value);
        builder.Clear();
        builder.Add(System.Text.Encoding.UTF8.GetBytes(indexKey ?? entries[^1].Key), entries[^1].Version, value);
        return new TreeRoot(Emit(bytes, builder), 1);
    }

    private static BlockHandle Emit(List<byte> bytes, BlockBuilder builder)
    {
        var offset = bytes.Count;
        bytes.AddRange(builder.Finish(offset));
        return new BlockHandle(offset, bytes.Count - offset);
    }
}
