using System.Buffers.Binary;
using Lutra.Raft;
using Lutra.Storage.Checksums;
using Lutra.Storage.Files;
using Lutra.Storage.Tables;

namespace Lutra.Fuzz.Targets;

/// <summary>The file that says which tables make up the state.</summary>
internal sealed class ManifestTarget : FuzzTarget
{
    public override string Name => "manifest";

    public override byte[] Example(Random random)
    {
        var tables = Enumerable.Range(1, random.Next(5)).Select(number => new ManifestTable(
            (ulong)number, random.Next(1, 10_000), (uint)random.Next(), Bytes(random, 10), Bytes(random, 30)));
        return new Manifest(new LogPosition(new LogIndex((ulong)random.Next()), new Term(3)), 10, [.. tables]).ToBytes();
    }

    public override byte[] Seal(byte[] input)
    {
        if (input.Length >= sizeof(uint))
            BinaryPrimitives.WriteUInt32LittleEndian(input.AsSpan(input.Length - sizeof(uint)), Crc32C.Compute(input.AsSpan(0, input.Length - sizeof(uint))));
        return input;
    }

    public override void Parse(byte[] input)
    {
        var written = Manifest.Parse(input, "manifest").ToBytes();
        Require(Manifest.Parse(written, "manifest").ToBytes().AsSpan().SequenceEqual(written), "a manifest that was read is written as another");
    }

    public override bool IsDeclared(Exception exception) => exception is DiskException;

    private static byte[] Bytes(Random random, int lengthMax)
    {
        var bytes = new byte[random.Next(lengthMax)];
        random.NextBytes(bytes);
        return bytes;
    }
}
