using System.Buffers.Binary;
using Lutra.Raft;
using Lutra.Storage.Checksums;
using Lutra.Storage.Files;
using Lutra.Storage.Log;
using Lutra.Storage.Log.Format;
using Lutra.Storage.Log.Slots;

namespace Lutra.Storage.Tests.Log;

/// <summary>Bytes that never change within a version: docs/formats.md shows the same.</summary>
public sealed class LogFormatTests
{
    private static readonly LogIdentity identity = new(new ClusterId(((UInt128)0x0011223344556677 << 64) | 0x8899AABBCCDDEEFF), new NodeId(0x0102030405060708));

    [Fact]
    public void Segment_header_vector()
    {
        var bytes = new byte[SegmentHeader.SizeBytes];
        var header = new SegmentHeader(identity, 3, new LogPosition(new(9), new(2)), 0xCAFEF00D, 5);
        header.Write(bytes);
        Assert.Equal(Vectors.SegmentHeader, Convert.ToHexString(bytes.AsSpan(0, SegmentHeader.UsedBytes)));
        Assert.Equal(header, SegmentHeader.Read(bytes, identity, 3, "a"));
    }

    [Fact]
    public void Record_vector()
    {
        var entry = new Entry(new(9), new(2), EntryKind.Command, "otter"u8.ToArray());
        var bytes = new byte[RecordHeader.RecordBytes(5)];
        var link = RecordHeader.WriteRecord(bytes, entry, batch: 5, endsBatch: false, previous: 0xCAFEF00D, identity.Seed(3));
        Assert.NotEqual(link, RecordHeader.EndBatch(bytes, identity.Seed(3)));
        Assert.Equal(Vectors.Record, Convert.ToHexString(bytes));
        Assert.True(RecordHeader.TryRead(bytes, identity.Seed(3), out var header));
        Assert.Equal((5, 5ul, 9ul, 2ul, true, EntryKind.Command), (header.PayloadLength, header.Batch, header.Index, header.Term, header.EndsBatch, header.Kind));
    }

    [Fact]
    public void Hard_state_vector()
    {
        var node = new LogFixture();
        var files = node.Disk.Mount(node.Scheduler.StartProcess("n1"));
        files.CreateDirectory("log");
        using var slots = HardStateFile.Create(files, identity);
        Span<byte> value = stackalloc byte[HardStateFile.ValueBytes];
        HardStateFile.Write(value, new HardState(new(7), new NodeId(0x0A0B)));
        slots.WriteNow(value);
        var bytes = node.Disk.ReadAll(HardStateFile.Path);
        Assert.Equal(SlotFile.SizeBytes, bytes.Length);
        // The second value: sequence 2, slot 0, both copies.
        Assert.Equal(Vectors.HardState, Convert.ToHexString(bytes.AsSpan(0, 40)));
        Assert.Equal(Vectors.HardState, Convert.ToHexString(bytes.AsSpan(4096, 40)));
    }

    [Fact]
    public void A_record_of_another_node_cluster_or_segment_does_not_pass()
    {
        var bytes = Convert.FromHexString(Vectors.Record);
        Assert.False(RecordHeader.TryRead(bytes, identity.Seed(4), out _));
        Assert.False(RecordHeader.TryRead(bytes, (identity with { Node = new NodeId(9) }).Seed(3), out _));
        Assert.False(RecordHeader.TryRead(bytes, (identity with { Cluster = new ClusterId(9) }).Seed(3), out _));
    }

    [Fact]
    public void A_kind_or_a_length_that_cannot_be_is_refused_under_a_right_checksum()
    {
        foreach (var (at, value) in ((int, byte)[])[(47, 0), (47, 4), (15, 0x80)])
        {
            var bytes = Convert.FromHexString(Vectors.Record);
            bytes[at] = value;
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, Crc32C.Extend(identity.Seed(3), bytes.AsSpan(4, 44)));
            Assert.False(RecordHeader.TryRead(bytes, identity.Seed(3), out _));
        }
    }

    [Theory]
    [InlineData("log/hard-state", 8)]
    [InlineData("log/start", 8)]
    [InlineData("log/0000000000000001.log", 8)]
    public void A_file_of_an_unknown_version_is_refused_by_name_and_version(string path, int versionAt)
    {
        var node = new LogFixture();
        node.Open();
        node.AppendAndRun(1, 1, 3);
        var bytes = node.Disk.ReadAll(path);
        for (var copy = versionAt; copy < bytes.Length; copy += 4096)
            bytes[copy] = 2;
        node.Disk.Plant(path, bytes);
        var error = Assert.Throws<DamagedFileException>(() => node.Restart());
        Assert.EndsWith(path, error.Path, StringComparison.Ordinal);
        Assert.Contains("its format version is 2; this program reads version 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_segment_of_another_node_is_refused_by_name()
    {
        var (ours, theirs) = (new LogFixture(), new LogFixture());
        foreach (var node in (LogFixture[])[ours, theirs])
        {
            node.Open();
            node.AppendAndRun(1, 1, 3);
        }
        var segment = ours.Disk.ReadAll("log/0000000000000001.log");
        new SegmentHeader(identity, 1, new LogPosition(new(1), new(1)), 0, 1).Write(segment);
        ours.Disk.Plant("log/0000000000000001.log", segment);
        Assert.Contains("belongs to node 102030405060708", Assert.Throws<DamagedFileException>(() => ours.Restart()).Message, StringComparison.Ordinal);
    }

    private static class Vectors
    {
        public const string SegmentHeader =
            "4C555452414C4F4701000000038471A0FFEEDDCCBBAA9988776655443322110008070605040302010300000000000000"
            + "090000000000000002000000000000000DF0FECA000000000500000000000000";
        public const string Record =
            "12D031DA3748C7C20DF0FECA050000000500000000000000090000000000000002000000000000000000000000000102"
            + "6F747465725A0000";
        public const string HardState =
            "4C55545241485354010000009D6637E0020000000000000007000000000000000B0A000000000000";
    }
}
