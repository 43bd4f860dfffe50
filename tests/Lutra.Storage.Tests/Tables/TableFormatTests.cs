using System.Text;
using Lutra.Storage.Tables;

namespace Lutra.Storage.Tests.Tables;

public sealed class TableFormatTests
{
    [Fact]
    public void A_table_is_these_bytes()
    {
        var writer = new TableWriter(blockBytes: 64, keyCountMax: 3);
        writer.Append("a"u8, 2, "new"u8);
        writer.Append("a"u8, 1, "old"u8);
        writer.Append("b"u8, 7, []);
        var summary = writer.Finish();
        Assert.Equal(
            "4C7574726154626C020000003AE4591201000000030000000200000000000000616E65770100000000000000070000000000000062000000" +
            "0014000000020000004BC1B728010000000C00000007000000000000006210000000000000003500000000000000010000002A37EF4A0100" +
            "0000030000000100000000000000616F6C64000000000100000064D859AE010000000C0000000100000000000000616E0000000000000020" +
            "0000000000000001000000098188440004000080000000008000000010000000100000000002000000000000000000004000000000000000" +
            "0800010000000000000020000000000020000004000000BF2C2C380300000000000000020000000000000045000000000000002900000001" +
            "0000008E000000000000002900000001000000B7000000000000004400000098A303DB0B8215A9",
            Convert.ToHexString(writer.Pending.Span));
        Assert.Equal(summary.LengthBytes, writer.Pending.Length);
    }

    [Fact]
    public void A_manifest_is_these_bytes()
    {
        var table = new ManifestTable(3, 400, 0x01020304, "a"u8.ToArray(), "bc"u8.ToArray());
        var bytes = new Manifest(new(new(9), new(2)), 4, [table]).ToBytes();
        Assert.Equal(
            "4C757472614D616E010000000100000009000000000000000200000000000000040000000000000003000000000000009001000000000000" +
            "04030201010000006102000000626372EA536C",
            Convert.ToHexString(bytes));
        var read = Manifest.Parse(bytes, "manifest");
        Assert.Equal((9ul, 2ul, 4ul), (read.Applied.Index.Value, read.Applied.Term.Value, read.NextNumber));
        var same = Assert.Single(read.Tables);
        Assert.Equal((3ul, 400L, 0x01020304u), (same.Number, same.LengthBytes, same.Checksum));
        Assert.Equal("a-bc", $"{Encoding.UTF8.GetString(same.SmallestKey.Span)}-{Encoding.UTF8.GetString(same.LargestKey.Span)}");
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("a", 0x573FBC76725F2A4FUL)]
    [InlineData("/registry/pods/default/web-0", 0xEE7743437F093174UL)]
    public void A_keys_hash_never_changes(string key, ulong expected) => Assert.Equal(expected, KeyHash.Of(Encoding.UTF8.GetBytes(key)));

    [Fact]
    public void A_filter_denies_no_key_it_holds_and_most_others()
    {
        const int Keys = 20_000;
        var filter = TableFilter.For(Keys);
        for (var i = 0; i < Keys; i++)
            filter.Add(KeyHash.Of(Encoding.UTF8.GetBytes($"/registry/pods/{i}")));
        var read = TableFilter.Parse(filter.Finish(77).ToArray(), "filter", 77);
        var passed = 0;
        for (var i = 0; i < Keys; i++)
        {
            Assert.True(read.MayContain(KeyHash.Of(Encoding.UTF8.GetBytes($"/registry/pods/{i}"))));
            passed += read.MayContain(KeyHash.Of(Encoding.UTF8.GetBytes($"/registry/nodes/{i}"))) ? 1 : 0;
        }
        Assert.True(passed < Keys / 40, $"{passed} of {Keys}");
    }

    [Theory]
    [InlineData(10, 2_000)]
    [InlineData(3_000, 400)]
    public void An_index_of_many_levels_leads_to_every_entry(int keyBytes, int keys)
    {
        // Blocks of 64 bytes: two index entries each, so the tree is as deep as it can be.
        using var bed = new TableBed(options: new TableOptions(MemtableBytes: 100_000_000, BlockBytes: 64));
        bed.Open();
        var random = new Random(1);
        for (var i = 0; i < keys; i++)
        {
            var key = new byte[keyBytes];
            random.NextBytes(key);
            bed.Put(key, [(byte)i]);
        }
        bed.Publish();
        bed.FlushAll();
        bed.Restart();
        bed.AssertShown(random);
    }

    [Fact]
    public void The_block_cache_keeps_to_its_bound_and_keeps_what_is_used()
    {
        var cache = new BlockCache(capacityBytes: 10_000);
        var builder = new BlockBuilder();
        builder.Add("key"u8, 1, new byte[474]);
        var block = Block.Parse(builder.Finish(0).ToArray(), "block", 0);
        cache.Add(1, 0, block);
        for (var i = 1; i < 1_000; i++)
        {
            Assert.Same(block, cache.Find(1, 0));
            cache.Add(1, i, block);
            Assert.True(cache.UsedBytes <= 10_000);
        }
        Assert.Null(cache.Find(1, 1));
        Assert.Same(block, cache.Find(1, 999));
    }
}
