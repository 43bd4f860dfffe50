using Lutra.Storage.Checksums;
using Lutra.Storage.Files;
using Lutra.Storage.Tables;

namespace Lutra.Fuzz.Targets;

/// <summary>A table that came from another node: verified from end to end, then looked into.</summary>
internal sealed class TableTarget : FuzzTarget
{
    private const string Path = "incoming/a.table";

    public override string Name => "table";

    public override int Share => 8;

    public override byte[] Example(Random random)
    {
        var count = random.Next(1, 60);
        var writer = new TableWriter(random.Next(64, 600), count);
        for (var number = 0; number < count; number++)
            writer.Append([1, (byte)number, (byte)random.Next(3)], (ulong)random.Next(1, 1000), new byte[random.Next(40)]);
        writer.Finish();
        return writer.Pending.ToArray();
    }

    /// <summary>Of the blocks that footer and index lead to, of the whole, and of the footer.</summary>
    public override byte[] Seal(byte[] input)
    {
        var footerAt = input.Length - TableFooter.SizeBytes;
        if (footerAt < TableHeader.SizeBytes)
            return input;
        var footer = input.AsSpan(footerAt);
        SealBlocks(input, BlockHandle.Read(footer[16..]), levels: 2);
        SealBlocks(input, BlockHandle.Read(footer[32..]), levels: 2);
        SealAt(input, BlockHandle.Read(footer[48..]));
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(footer[60..], Crc32C.Compute(input.AsSpan(0, footerAt)));
        BlockChecksum.Seal(footer, footerAt);
        return input;
    }

    public override void Parse(byte[] input)
    {
        var files = new MemoryFiles { [Path] = input };
        using (var verification = TableVerification.Begin(files, Path))
        {
            while (!verification.Step())
            {
                // The next piece.
            }
        }

        var record = new ManifestTable(0, input.Length, 0, new byte[] { 0 }, new byte[] { 255 });
        var table = Table.Open(files, Path, record, new BlockCache(0), _ => { });
        for (byte key = 0; key < 8; key++)
            table.TryGet([1, key, 1], KeyHash.Of([1, key, 1]), ulong.MaxValue, out _, out _);
        table.Release();
    }

    public override bool IsDeclared(Exception exception) => exception is DiskException;

    // The entries of an index block are where the blocks below it lie; of hostile ones as many as there seem to be.
    private static void SealBlocks(byte[] input, BlockHandle handle, int levels)
    {
        if (!SealAt(input, handle) || levels == 0)
            return;
        try
        {
            var block = Block.Parse(input.AsSpan((int)handle.Offset, handle.LengthBytes).ToArray(), Path, handle.Offset);
            for (var entry = 0; entry < Math.Min(block.Count, 64); entry++)
            {
                if (block.Value(entry).Length == BlockHandle.SizeBytes)
                    SealBlocks(input, BlockHandle.Read(block.Value(entry).Span), levels - 1);
            }
        }
        catch (DamagedFileException)
        {
            // No index any more.
        }
    }

    private static bool SealAt(byte[] input, BlockHandle handle)
    {
        if (handle.LengthBytes < BlockChecksum.SizeBytes || handle.Offset < 0 || handle.Offset > input.Length - handle.LengthBytes)
            return false;
        BlockChecksum.Seal(input.AsSpan((int)handle.Offset, handle.LengthBytes), handle.Offset);
        return true;
    }
}
