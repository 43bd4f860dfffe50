using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using Lutra.Node.Peers.Frames;

namespace Lutra.Node.Tests.Peers.Frames;

/// <summary>Streams cut at any place, and streams that are no frames at all.</summary>
public sealed class FrameParserTests
{
    [Fact]
    public void Frames_come_out_whole_wherever_the_stream_is_cut() => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        var frames = new FrameSamples(random).All().ToArray();
        var stream = frames.SelectMany(FrameCodecTests.Encode).ToArray();
        var parser = new FrameParser { BodyBytesMax = FrameHeader.BodyBytesMax };
        var taken = new List<string>();
        for (var from = 0; from < stream.Length;)
        {
            var count = Math.Min(stream.Length - from, random.Next(1, random.Next(2, 500)));
            ReadOnlySpan<byte> chunk = stream.AsSpan(from, count);
            while (parser.TryTake(ref chunk, out var body))
                taken.Add(FrameText.Of(FrameCodecTests.DecodeBody(body)));
            Assert.True(chunk.IsEmpty);
            from += count;
        }

        Assert.False(parser.IsInsideFrame);
        Assert.Equal(frames.Select(FrameText.Of), taken);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_flipped_bit_is_seen() => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        foreach (var frame in new FrameSamples(random).All())
        {
            var bytes = FrameCodecTests.Encode(frame);
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            var parser = new FrameParser { BodyBytesMax = 256 * 1024 };
            // A longer length than the true one shows once that much has come.
            byte[] stream = [.. bytes, .. new byte[256 * 1024]];
            Assert.Throws<MalformedFrameException>(() => ReadAll(parser, stream, stopAfter: 1));
        }
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0u)]
    [InlineData(FrameHeader.GreetingBytesMax + 1u)]
    [InlineData(FrameHeader.BodyBytesMax + 1u)]
    [InlineData(int.MaxValue)]
    [InlineData(uint.MaxValue)]
    public void A_length_that_cannot_be_is_refused_with_the_header(uint length)
    {
        var header = new byte[FrameHeader.SizeBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(header, length);
        Assert.Throws<MalformedFrameException>(() => ReadAll(new FrameParser(), header));
    }

    [Fact]
    public void The_longest_greeting_and_the_longest_frame_pass()
    {
        foreach (var length in (int[])[FrameHeader.GreetingBytesMax, FrameHeader.BodyBytesMax])
        {
            var body = new byte[length];
            var frame = new byte[FrameHeader.SizeBytes + length];
            FrameHeader.Of(body).Write(frame);
            Assert.Equal(1, ReadAll(new FrameParser { BodyBytesMax = length }, frame));
        }
    }

    [Fact]
    public void A_promise_of_much_allocates_little()
    {
        var start = new byte[FrameHeader.SizeBytes + 1000];
        BinaryPrimitives.WriteUInt32LittleEndian(start, FrameHeader.BodyBytesMax);
        var parser = new FrameParser { BodyBytesMax = FrameHeader.BodyBytesMax };
        var before = GC.GetAllocatedBytesForCurrentThread();
        ReadAll(parser, start);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 70_000);
    }

    [Fact]
    public void Hostile_bytes_end_in_one_kind_of_exception_and_cost_little() => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        foreach (var frame in new FrameSamples(random).All())
        {
            var body = FrameCodecTests.Encode(frame)[FrameHeader.SizeBytes..];
            for (var round = 0; round < 20; round++)
            {
                var mutated = Mutate(body, random);
                var before = GC.GetAllocatedBytesForCurrentThread();
                try
                {
                    FrameCodecTests.DecodeBody(mutated);
                }
                catch (MalformedFrameException)
                {
                    // The one that is declared.
                }

                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (4L * mutated.Length) + (1024 * 1024));
            }
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_most_items_in_the_fewest_bytes_cost_little()
    {
        foreach (var kind in Enum.GetValues<FrameKind>())
        {
            foreach (var fill in (byte[])[0, 1, 0x7F])
            {
                // A large count at each place where one may stand, and small fields behind it.
                for (var place = 1; place < 12; place++)
                {
                    var body = new byte[256 * 1024];
                    body.AsSpan().Fill(fill);
                    body[0] = (byte)kind;
                    body.AsSpan(1, place).Fill(1);
                    new byte[] { 0x80, 0x80, 0x01 }.CopyTo(body, 1 + place);
                    var before = GC.GetAllocatedBytesForCurrentThread();
                    try
                    {
                        FrameCodecTests.DecodeBody(body);
                    }
                    catch (MalformedFrameException)
                    {
                        // Mostly.
                    }

                    Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (4L * body.Length) + (1024 * 1024));
                }
            }
        }
    }

    [Fact]
    public void Hostile_hellos_end_in_one_kind_of_exception() => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        var writer = new FrameWriter();
        GreetingCodec.Write(writer, new FrameSamples(random).Hello());
        var body = writer.Written[(FrameHeader.SizeBytes + 1)..].ToArray();
        for (var round = 0; round < 20; round++)
        {
            try
            {
                GreetingCodec.ReadHello(new FrameReader(Mutate(body, random)), out _, out _);
            }
            catch (MalformedFrameException)
            {
                // The one that is declared.
            }
        }
    }).QuickCheckThrowOnFailure();

    private static int ReadAll(FrameParser parser, byte[] stream, int stopAfter = int.MaxValue)
    {
        ReadOnlySpan<byte> bytes = stream;
        var count = 0;
        while (count < stopAfter && parser.TryTake(ref bytes, out _))
            count++;
        return count;
    }

    private static byte[] Mutate(byte[] body, Random random)
    {
        var mutated = body.ToArray();
        for (var flips = random.Next(1, 4); flips > 0; flips--)
            mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
        return random.Next(4) == 0 ? mutated[..random.Next(1, mutated.Length + 1)] : mutated;
    }
}
