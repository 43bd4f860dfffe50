using System.Buffers.Binary;
using Lutra.Storage.Checksums;
using Lutra.Storage.Files;
using Lutra.Storage.Tables;

namespace Lutra.Storage.Tests.Tables;

/// <summary>Bytes that are not what was written, on our own disk and from others.</summary>
public sealed class DamageTests
{
    [Fact]
    public void A_flipped_byte_anywhere_in_a_table_is_detected_and_none_of_its_bytes_are_believed()
    {
        using var bed = WithOneTable();
        var path = Assert.Single(bed.TablePaths);
        var saved = bed.Disk.Save();
        for (var offset = 0; offset < bed.Disk.ReadAll(path).Length; offset++)
        {
            bed.Disk.Restore(saved);
            bed.Disk.Corrupt(path, offset, (byte)(1 << (offset % 8)));
            var failure = Assert.ThrowsAny<DiskException>(() => ReadEverything(bed));
            Assert.Equal(path, failure.Path);
            Assert.ThrowsAny<DiskException>(() => Verify(bed, path));
        }
    }

    [Fact]
    public void A_flipped_byte_anywhere_in_the_manifest_is_detected_when_the_store_opens()
    {
        using var bed = WithOneTable();
        var saved = bed.Disk.Save();
        for (var offset = 0; offset < bed.Disk.ReadAll("tables/manifest").Length; offset++)
        {
            bed.Disk.Restore(saved);
            bed.Disk.Corrupt("tables/manifest", offset, (byte)(1 << (offset % 8)));
            Assert.Equal("tables/manifest", Assert.Throws<DamagedFileException>(() => bed.Restart()).Path);
        }
    }

    [Fact]
    public void A_merge_that_meets_damage_stops_the_node_and_names_the_place()
    {
        using var bed = WithOneTable();
        bed.Disk.Corrupt(bed.TablePaths[0], 40, 1);
        for (var i = 0; i < 3; i++)
        {
            bed.Batch(new Random(i));
            bed.Store.RequestFlush();
            bed.Settle();
        }
        var failure = Assert.IsType<DamagedFileException>(Assert.Single(bed.Failures));
        Assert.Equal("tables/0000000000000001.table", failure.Path);
    }

    [Fact]
    public void A_named_table_that_is_missing_or_of_another_length_is_refused_and_so_is_a_folder_without_its_manifest()
    {
        using var bed = WithOneTable();
        var path = Assert.Single(bed.TablePaths);
        var saved = bed.Disk.Save();
        var bytes = bed.Disk.ReadAll(path);

        bed.Disk.Plant(path, bytes.AsSpan(0, bytes.Length - 1));
        Assert.Contains("the manifest says", Assert.Throws<DamagedFileException>(() => bed.Restart()).Message, StringComparison.Ordinal);
        bed.Disk.Restore(saved);
        Remove(bed, path);
        Assert.Contains("not there", Assert.Throws<DamagedFileException>(() => bed.Restart()).Message, StringComparison.Ordinal);
        bed.Disk.Restore(saved);
        Remove(bed, "tables/manifest");
        Assert.Contains("no manifest", Assert.Throws<DamagedFileException>(() => bed.Restart()).Message, StringComparison.Ordinal);
        Assert.Equal([path], bed.TablePaths);
    }

    [Fact]
    public void Files_of_an_unknown_format_version_are_refused_by_name()
    {
        using var bed = WithOneTable();
        var saved = bed.Disk.Save();
        var manifest = bed.Disk.ReadAll("tables/manifest");
        manifest[8] = 2;
        var body = manifest.AsSpan(0, manifest.Length - 4);
        BinaryPrimitives.WriteUInt32LittleEndian(manifest.AsSpan(body.Length), Crc32C.Compute(body));
        bed.Disk.Plant("tables/manifest", manifest);
        Assert.Contains("format version 2", Assert.ThrowsAny<DiskException>(() => bed.Restart()).Message, StringComparison.Ordinal);

        bed.Disk.Restore(saved);
        var path = bed.TablePaths[0];
        var table = bed.Disk.ReadAll(path);
        table[8] = 1;
        BlockChecksum.Seal(table.AsSpan(0, TableHeader.SizeBytes), 0);
        bed.Disk.Plant(path, table);
        Assert.Contains("format version 1", Assert.ThrowsAny<DiskException>(() => bed.Restart()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Garbage_and_truncated_tables_from_elsewhere_are_refused()
    {
        using var bed = WithOneTable();
        var bytes = bed.Disk.ReadAll(bed.TablePaths[0]);
        for (var length = 0; length < bytes.Length; length++)
        {
            bed.Disk.Plant("incoming/a", bytes.AsSpan(0, length));
            Assert.Throws<DamagedFileException>(() => Verify(bed, "incoming/a"));
        }
        var random = new Random(1);
        for (var i = 0; i < 200; i++)
        {
            var garbage = new byte[random.Next(400)];
            random.NextBytes(garbage);
            if (garbage.Length > TableHeader.SizeBytes && i % 2 == 0)
                TableHeader.Write(garbage);
            bed.Disk.Plant("incoming/a", garbage);
            Assert.Throws<DamagedFileException>(() => Verify(bed, "incoming/a"));
        }
    }

    [Fact]
    public void Hostile_tables_with_checksums_put_right_are_refused_or_harmless()
    {
        using var bed = WithOneTable();
        var good = bed.Disk.ReadAll(bed.TablePaths[0]);
        var random = new Random(2);
        var refused = 0;
        for (var i = 0; i < 800; i++)
        {
            var table = good.ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                table[random.Next(TableHeader.SizeBytes, table.Length)] = (byte)random.Next(256);
            Reseal(table, good);
            bed.Disk.Plant("incoming/a", table);
            try
            {
                Verify(bed, "incoming/a");
            }
            catch (DamagedFileException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 200, 799);
    }

    [Fact]
    public void Installing_a_file_that_is_no_table_stops_the_node_and_leaves_the_state()
    {
        using var bed = WithOneTable();
        bed.Disk.Plant("incoming/a", [1, 2, 3]);
        bed.Store.Install(["incoming/a"], TableBed.At(900), () => Assert.Fail("It was installed."));
        bed.Settle();
        Assert.IsType<DamagedFileException>(Assert.Single(bed.Failures));
        bed.Restart();
        bed.AssertShown(new Random(1));
    }

    private static TableBed WithOneTable()
    {
        var bed = new TableBed();
        bed.Open();
        bed.Batch(new Random(1), puts: 25);
        bed.FlushAll();
        return bed;
    }

    private static void Remove(TableBed bed, string path) => bed.Disk.Mount(bed.Scheduler.StartProcess("administrator")).Delete(path);

    private static void ReadEverything(TableBed bed)
    {
        bed.Restart();
        using var view = bed.Store.Pin();
        view.TryGet("/registry/pods/000"u8, ulong.MaxValue, out _, out _);
        using var cursor = view.OpenCursor();
        for (var valid = cursor.Seek([], ulong.MaxValue); valid; valid = cursor.Next())
            Assert.True(view.TryGet(cursor.Key, cursor.Version, out _, out _));
    }

    private static void Verify(TableBed bed, string path)
    {
        using var verification = TableVerification.Begin(bed.Files, path);
        for (var steps = 0; !verification.Step(); steps++)
            Assert.True(steps < 1_000);
    }

    /// <summary>Puts every checksum right at the places where the unharmed table has one.</summary>
    private static void Reseal(byte[] table, byte[] good)
    {
        var footerAt = good.Length - TableFooter.SizeBytes;
        var footer = TableFooter.Read(good.AsSpan(footerAt), "good", footerAt);
        List<BlockHandle> blocks = [footer.Newest.Block, footer.Filter];
        if (footer.Older != default)
            blocks.Add(footer.Older.Block);
        for (var next = 0; next < blocks.Count; next++)
        {
            // Blocks of entries are recognised by where they end: everything that an index block's values name, down to the lowest level.
            if (blocks[next] == footer.Filter)
                continue;
            var block = Block.Parse(good.AsSpan((int)blocks[next].Offset, blocks[next].LengthBytes).ToArray(), "good", blocks[next].Offset);
            for (var entry = 0; entry < block.Count; entry++)
            {
                var value = block.Value(entry).Span;
                if (value.Length == BlockHandle.SizeBytes && BlockHandle.Read(value) is var handle && IsBlock(good, handle))
                    blocks.Add(handle);
            }
        }
        foreach (var handle in blocks)
            BlockChecksum.Seal(table.AsSpan((int)handle.Offset, handle.LengthBytes), handle.Offset);
        BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(footerAt + 60), Crc32C.Compute(table.AsSpan(0, footerAt)));
        BlockChecksum.Seal(table.AsSpan(footerAt), footerAt);
    }

    private static bool IsBlock(byte[] table, BlockHandle handle) =>
        handle.Offset >= TableHeader.SizeBytes && handle.LengthBytes > 0 && handle.Offset <= table.Length - handle.LengthBytes
        && BlockChecksum.IsSealed(table.AsSpan((int)handle.Offset, handle.LengthBytes), handle.Offset);
}
