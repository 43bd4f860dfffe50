using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using Lutra.Storage.Files;

namespace Lutra.Storage.Tests.Bolt;

public sealed class BoltFormatTests
{
    [Fact]
    public void A_small_file_is_these_bytes()
    {
        var bytes = BoltBed.File([("a"u8.ToArray(), "bc"u8.ToArray())]);
        Assert.Equal(3 * 4096, bytes.Length);
        Assert.Equal(
            "00000000000000000400000000000000" + "EDDA0CED020000000010000000000000" + "02000000000000000000000000000000" + "FFFFFFFFFFFFFFFF0300000000000000"
            + "030000000000000061B19E0FA9786302",
            Convert.ToHexString(bytes.AsSpan(0, 80)));
        Assert.Equal("0100000000000000", Convert.ToHexString(bytes.AsSpan(4096, 8)));
        Assert.Equal("02000000000000004067AF04A0B168E3", Convert.ToHexString(bytes.AsSpan(4096 + 64, 16)));
        Assert.Equal(
            "02000000000000000200010000000000" + "01000000100000000400000033000000" + "6B657973" + "00000000000000000000000000000000"
            + "00000000000000000200010000000000" + "00000000100000000100000002000000" + "616263",
            Convert.ToHexString(bytes.AsSpan(8192, 87)));
        Assert.Equal(-1, bytes.AsSpan(8192 + 87).IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void What_is_written_is_read_again_whatever_its_size() => Prop.ForAll<int>(seed =>
    {
        var random = new System.Random(seed);
        var items = Items(random, random.Next(3) == 0 ? random.Next(4) : random.Next(3000), random.Next(3) == 0 ? 20_000 : 300);
        var (read, pagesRead) = BoltBed.Read(BoltBed.File(items));
        Assert.Equal(items.Count, read.Count);
        Assert.All(items.Zip(read), pair => Assert.True(pair.First.Key.SequenceEqual(pair.Second.Key) && pair.First.Value.SequenceEqual(pair.Second.Value)));

        // Each page but the first two is part of a tree, once.
        Assert.Equal((ulong)(BoltBed.File(items).Length / 4096) - 2, pagesRead);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_page_that_branches_has_two_ways_at_least()
    {
        for (var count = 1; count < 40_000; count += 1 + (count / 3))
        {
            var bytes = BoltBed.File([.. Enumerable.Range(0, count).Select(number => (BigEndian(number), (byte[])[.. Enumerable.Repeat((byte)7, 90)]))]);
            for (var at = 2 * 4096; at < bytes.Length; at += 4096)
            {
                if (bytes[at + 8] == 1)
                    Assert.InRange(BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at + 10)), 2, 400);
            }
        }
    }

    [Fact]
    public void Of_two_descriptions_the_newer_whole_one_counts()
    {
        var bytes = BoltBed.File([("a"u8.ToArray(), [])]);
        bytes[20] ^= 1;
        Assert.Single(BoltBed.Read(bytes).Items);
        bytes[4096 + 20] ^= 1;
        Assert.Throws<DamagedFileException>(() => BoltBed.Read(bytes));
        bytes[20] ^= 1;
        Assert.Single(BoltBed.Read(bytes).Items);
    }

    [Fact]
    public void What_follows_the_last_page_does_not_count_and_what_is_missing_does()
    {
        var bytes = BoltBed.File([("a"u8.ToArray(), [])]);
        Assert.Single(BoltBed.Read([.. bytes, .. new byte[5000]]).Items);
        var damage = Assert.Throws<DamagedFileException>(() => BoltBed.Read(bytes.AsSpan(..^1)));
        Assert.Contains("cut off", damage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_that_leads_back_to_itself_ends_the_walk()
    {
        var bytes = Deep();
        var root = Root(bytes);

        // Its first way leads to itself; the key in front of it is no less than before.
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan((root * 4096) + 16 + 8), (ulong)root);
        Assert.Throws<DamagedFileException>(() => BoltBed.Read(bytes));
    }

    [Fact]
    public void A_page_that_is_reached_twice_ends_the_walk()
    {
        var bytes = Deep();
        var first = bytes.AsSpan((Root(bytes) * 4096) + 16 + 8, 8);
        first.CopyTo(bytes.AsSpan((Root(bytes) * 4096) + 32 + 8));
        Assert.Contains("not in order", Assert.Throws<DamagedFileException>(() => BoltBed.Read(bytes)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "says that it is page")]
    [InlineData(8, "of kind")]
    [InlineData(11, "no room for")]
    [InlineData(15, "behind the end")]
    public void A_page_that_cannot_be_is_refused(int at, string fault)
    {
        var bytes = BoltBed.File([("a"u8.ToArray(), "b"u8.ToArray())]);
        bytes[8192 + at] = 0x7f;
        Assert.Contains(fault, Assert.Throws<DamagedFileException>(() => BoltBed.Read(bytes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_a_file_holds_it_is_read_or_refused() => Prop.ForAll<int>(seed =>
    {
        var random = new System.Random(seed);
        var bytes = BoltBed.File(Items(random, random.Next(400), 300));
        for (var damages = random.Next(1, 6); damages > 0; damages--)
        {
            // Mostly where pages begin: there it matters.
            var page = random.Next(2, bytes.Length / 4096);
            var at = (page * 4096) + (random.Next(2) == 0 ? random.Next(64) : random.Next(4096));
            bytes[at] = (byte)(random.Next(3) == 0 ? 255 : random.Next(256));
        }
        try
        {
            BoltBed.Read(bytes);
        }
        catch (DamagedFileException)
        {
            // Declared.
        }
        catch (Xunit.Sdk.TrueException)
        {
            // A bucket that became a plain value: that is for who looks at buckets.
        }
    }).QuickCheckThrowOnFailure();

    private static byte[] Deep() => BoltBed.File([.. Enumerable.Range(0, 500).Select(number => (BigEndian(number), new byte[90]))]);

    // The page of the one bucket, which is a branch.
    private static int Root(byte[] bytes) => bytes.Length / 4096 - 2;

    private static byte[] BigEndian(int number)
    {
        var bytes = new byte[17];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }

    private static List<(byte[] Key, byte[] Value)> Items(System.Random random, int count, int valueBytesMax)
    {
        var keys = new SortedSet<string>(StringComparer.Ordinal);
        for (var number = 0; number < count; number++)
            keys.Add(Convert.ToHexString(BitConverter.GetBytes(random.NextInt64())) + new string('x', random.Next(random.Next(8) == 0 ? 900 : 20)));
        return [.. keys.Select(key => (System.Text.Encoding.ASCII.GetBytes(key), Bytes(random, random.Next(random.Next(20) == 0 ? valueBytesMax : 100))))];
    }

    private static byte[] Bytes(System.Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
