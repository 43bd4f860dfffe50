using System.Buffers.Binary;
using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using Lutra.Keyspace.Snapshots;
using Lutra.Raft;
using Lutra.Storage.Files;

namespace Lutra.Keyspace.Tests.Snapshots;

public sealed class SnapshotFormatTests
{
    [Fact]
    public void The_bytes_of_a_snapshot_are_fixed()
    {
        var bytes = SnapshotBed.ToBytes(new TwoEntries());
        Assert.Equal(
            "4C75747261536E7001000000" + "7DBD791A" + "C1000000000000000000000000000000" + "0900000000000000" + "0200000000000000" + "0300000000000000"
            + "0068E5CF8B010000" + "6400000000000000",
            Convert.ToHexString(bytes.AsSpan(0, SnapshotHeader.SizeBytes)));
        Assert.Equal(
            "1A000000" + "281CB86B" + "02" + "0101" + "09" + "09" + "010300010000000001" + "02" + "1061" + "03" + "07" + "01000302006F6B",
            Convert.ToHexString(bytes.AsSpan(SnapshotHeader.SizeBytes..^56)));
        Assert.Equal("00000000" + "B3357F00" + "0200000000000000" + "0100000000000000", Convert.ToHexString(bytes.AsSpan(^56..^32)));
        Assert.Equal(SHA256.HashData(bytes.AsSpan(..^32)), bytes.AsSpan(^32..).ToArray());
        Assert.Equal(2, SnapshotBed.ReadAll(bytes).Count);
    }

    [Fact]
    public void Every_flipped_bit_is_found()
    {
        using var bed = SnapshotBed.Furnished();
        var saved = SnapshotBed.Save(bed);
        for (var bit = 0; bit < saved.Length * 8; bit++)
        {
            var damaged = (byte[])saved.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Refuses(damaged);
        }
    }

    [Fact]
    public void Every_cut_is_found_and_so_is_what_follows_the_end()
    {
        using var bed = SnapshotBed.Furnished();
        var saved = SnapshotBed.Save(bed);
        for (var length = 0; length < saved.Length; length++)
            Refuses(saved.AsSpan(0, length));
        Refuses([.. saved, 0]);
    }

    [Fact]
    public void A_later_version_is_named_and_refused()
    {
        using var bed = SnapshotBed.Furnished();
        var saved = SnapshotBed.Save(bed);
        saved[8] = 2;
        var refusal = Assert.Throws<DiskException>(() => SnapshotBed.ReadAll(saved));
        Assert.Contains("format version 2, this build reads 1", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_block_in_another_place_is_found()
    {
        using var bed = SnapshotBed.Furnished();
        for (var key = 0; key < 40; key++)
            bed.Put($"k{key:d2}", new string('x', 5000));
        var saved = SnapshotBed.Save(bed);
        var second = SnapshotHeader.SizeBytes + 8 + BinaryPrimitives.ReadInt32LittleEndian(saved.AsSpan(SnapshotHeader.SizeBytes));
        byte[] without = [.. saved.AsSpan(0, SnapshotHeader.SizeBytes), .. saved.AsSpan(second)];
        var damage = Assert.Throws<DamagedFileException>(() => SnapshotBed.ReadAll(without));
        Assert.Equal(SnapshotHeader.SizeBytes, damage.OffsetBytes);
    }

    /// <summary>Not only bytes that lie: what checksums well and makes no sense is refused too, and by the one exception that is declared.</summary>
    [Fact]
    public void Whatever_an_entry_holds_it_is_read_or_refused() => Prop.ForAll<int>(seed =>
    {
        using var bed = SnapshotBed.Furnished();
        var random = new System.Random(seed);
        var mutated = SnapshotBed.ToBytes(new Mutation(Source(bed), random));
        try
        {
            using var restored = SnapshotBed.Restore(mutated);
            restored.All();
            restored.Hash();
        }
        catch (DiskException)
        {
            // Declared.
        }
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("0101", 99UL)]
    [InlineData("0102", 99UL)]
    [InlineData("1061", 99UL)]
    [InlineData("0101", 1UL, "016300010000000001")]
    [InlineData("0101", 1UL, "020300010000000001")]
    [InlineData("0101", 1UL, "010300090000000001")]
    [InlineData("0102", 1UL, "FF")]
    [InlineData("1061", 2UL, "0200")]
    [InlineData("1061", 2UL, "0100050200")]
    [InlineData("1061", 2UL, "01FFFFFFFFFFFFFFFF7F020100")]
    [InlineData("200000", 2UL, "00")]
    [InlineData("10", 2UL, "0100020100")]
    [InlineData("04", 1UL, "010500")]
    [InlineData("040000000000000000", 1UL, "010500")]
    [InlineData("050000000000000007", 1UL, "01")]
    [InlineData("05000000000000000761", 1UL, "02")]
    public void An_entry_that_no_keyspace_has_is_refused(string key, ulong version, string? value = null)
    {
        // The state stands first in any case, unless it is what is wrong.
        var wrong = (Convert.FromHexString(key), version, Convert.FromHexString(value ?? "010300010000000001"));
        var entries = key == "0101" ? [wrong] : new[] { TwoEntries.State, wrong };
        Refuses(SnapshotBed.ToBytes(new Listed(entries)));
    }

    [Fact]
    public void Counts_that_are_not_those_of_the_entries_are_refused() => Refuses(SnapshotBed.ToBytes(new Listed(TwoEntries.State)));

    private static SnapshotSource Source(KeyspaceBed bed) => new(bed.Store.Pin(), SnapshotBed.Cluster, 0);

    private static void Refuses(ReadOnlySpan<byte> snapshot)
    {
        var bytes = snapshot.ToArray();
        Assert.ThrowsAny<DiskException>(() => SnapshotBed.ReadAll(bytes));
    }

    private class Listed(params (byte[] Key, ulong Version, byte[] Value)[] entries) : ISnapshotEntries
    {
        private int at = -1;

        public SnapshotHeader Header { get; } =
            new(new ClusterId(0xC1), new LogPosition(new LogIndex(9), new Term(2)), new Revision(3), 1_700_000_000_000, 100);

        public ReadOnlySpan<byte> Key => entries[at].Key;

        public ulong Version => entries[at].Version;

        public ReadOnlyMemory<byte> Value => entries[at].Value;

        public bool Next() => ++at < entries.Length;
    }

    private sealed class TwoEntries() : Listed(State, ([0x10, (byte)'a'], 3, Convert.FromHexString("01000302006F6B")))
    {
        public static readonly (byte[] Key, ulong Version, byte[] Value) State = ([1, 1], 9, Convert.FromHexString("010300010000000001"));
    }

    /// <summary>Another file of good checksums: now and then an entry is left out, doubled, or has a byte changed.</summary>
    private sealed class Mutation(SnapshotSource source, System.Random random) : ISnapshotEntries
    {
        private byte[] key = [];
        private byte[] value = [];
        private bool repeats;

        public SnapshotHeader Header => source.Header;

        public ReadOnlySpan<byte> Key => key;

        public ulong Version { get; private set; }

        public ReadOnlyMemory<byte> Value => value;

        public bool Next()
        {
            if (repeats)
            {
                repeats = false;
                return true;
            }
            do
            {
                if (!source.Next())
                    return false;
            }
            while (random.Next(30) == 0);
            key = Changed(source.Key.ToArray());
            value = Changed(source.Value.ToArray());
            Version = random.Next(20) == 0 ? (ulong)random.NextInt64() >> random.Next(64) : source.Version;
            repeats = random.Next(40) == 0;
            return true;
        }

        private byte[] Changed(byte[] bytes)
        {
            if (bytes.Length == 0 || random.Next(10) > 0)
                return bytes;
            if (random.Next(3) == 0)
                return bytes[..random.Next(bytes.Length + 1)];
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            return bytes;
        }
    }
}
