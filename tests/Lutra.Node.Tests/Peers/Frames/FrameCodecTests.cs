using FsCheck;
using FsCheck.Fluent;
using Lutra.Node.Peers;
using Lutra.Node.Peers.Frames;
using Lutra.Raft;

namespace Lutra.Node.Tests.Peers.Frames;

/// <summary>Every frame comes out as it went in, has the bytes that docs/formats.md says, and nothing else is taken for one.</summary>
public sealed class FrameCodecTests
{
    [Fact]
    public void Every_frame_survives_the_wire() => Prop.ForAll<int>(seed =>
    {
        foreach (var frame in new FrameSamples(new Random(seed)).All())
            Assert.Equal(FrameText.Of(frame), FrameText.Of(Decode(Encode(frame))));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_hello_survives_the_wire_and_what_a_later_protocol_adds_is_passed_over() => Prop.ForAll<int, byte[]>((seed, more) =>
    {
        var hello = new FrameSamples(new Random(seed)).Hello();
        var writer = new FrameWriter();
        GreetingCodec.Write(writer, hello);
        byte[] longer = [.. writer.Written[FrameHeader.SizeBytes..].ToArray(), .. more];
        Assert.Equal(FrameText.Of(hello), FrameText.Of(GreetingCodec.ReadHello(new FrameReader(longer.AsMemory(1)), out _, out _)));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_kind_of_frame_and_of_message_is_among_the_samples()
    {
        var samples = new FrameSamples(new Random(1)).All().ToArray();
        var kinds = samples.Select(sample => Encode(sample)[FrameHeader.SizeBytes]).ToHashSet();
        FrameKind[] greetings = [FrameKind.Hello, FrameKind.Refused, FrameKind.Ping, FrameKind.Pong];
        Assert.Equal(Enum.GetValues<FrameKind>().Except(greetings).Select(kind => (byte)kind).Order(), kinds.Order());
        Assert.Equal(
            typeof(PeerFrame).Assembly.GetTypes().Where(type => type.BaseType == typeof(PeerFrame)).OrderBy(type => type.Name),
            samples.Select(sample => sample.GetType()).Distinct().OrderBy(type => type.Name));
        Assert.Equal(
            typeof(Message).Assembly.GetTypes().Where(type => type.BaseType == typeof(Message)).OrderBy(type => type.Name),
            samples.OfType<RaftFrame>().Select(sample => sample.Message.GetType()).Distinct().OrderBy(type => type.Name));
    }

    [Fact]
    public void A_heartbeat_is_these_bytes() => Assert.Equal(
        "05000000" + "17592C85" + "18" + "07" + "AC02" + "09",
        Convert.ToHexString(Encode(new RaftFrame(new Heartbeat(FrameSamples.From, FrameSamples.To, new Term(7), new LogIndex(300), 9)))));

    [Fact]
    public void An_append_is_these_bytes() => Assert.Equal(
        "10000000" + "9964DF93" + "15" + "07" + "0A06" + "0B" + "01" + "02" + "06" + "01" + "00" + "07" + "02" + "03616263",
        Convert.ToHexString(Encode(new RaftFrame(new AppendRequest(
            FrameSamples.From, FrameSamples.To, new Term(7), new LogPosition(new LogIndex(10), new Term(6)),
            new Entry[]
            {
                new(new LogIndex(11), new Term(6), EntryKind.Empty, default),
                new(new LogIndex(12), new Term(7), EntryKind.Command, "abc"u8.ToArray()),
            },
            new LogIndex(11), 1)))));

    [Fact]
    public void A_hello_is_these_bytes()
    {
        var writer = new FrameWriter();
        GreetingCodec.Write(writer, new Hello(
            1, 1, "c", new ClusterId(0xC1), new NodeId(0xA1), new NodeId(0xB2), "one", LabelGiven: true, Boots: 3, "h:1", "h:2", FormationStage.Begun, ["x:9"], new LogIndex(5))
        {
            BaseState = 0xBA,
            Opened = new OpenedLog(new Term(7), new LogIndex(300)),
            Run = 0x0102,
        });
        Assert.Equal(
            "5B000000" + "909EBD24" + "01" + "4C555431" + "0100" + "0100" + "0163" + "03" + "07" + "A100000000000000"
            + "C1000000000000000000000000000000" + "B200000000000000" + "036F6E65" + "03" + "03683A31" + "03683A32" + "01" + "03783A39"
            + "BA000000000000000000000000000000" + "07" + "AC02" + "05" + "0201000000000000",
            Convert.ToHexString(writer.Written.Span));
    }

    [Fact]
    public void Every_beginning_of_a_frame_is_refused() => Prop.ForAll<int>(seed =>
    {
        foreach (var frame in new FrameSamples(new Random(seed)).All())
        {
            var body = Encode(frame).AsMemory(FrameHeader.SizeBytes);
            for (var length = 1; length < body.Length; length++)
                Assert.Throws<MalformedFrameException>(() => DecodeBody(body[..length]));
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_follows_a_frame_inside_its_length_is_refused()
    {
        foreach (var frame in new FrameSamples(new Random(5)).All())
        {
            byte[] longer = [.. Encode(frame).AsSpan(FrameHeader.SizeBytes), 0];
            Assert.Throws<MalformedFrameException>(() => DecodeBody(longer));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(15)]
    [InlineData(29)]
    [InlineData(60)]
    [InlineData(255)]
    public void An_unknown_kind_is_refused(byte kind) => Assert.Throws<MalformedFrameException>(() => DecodeBody(new byte[] { kind, 0, 0, 0, 0 }));

    [Fact]
    public void F02_what_one_place_lets_pass_the_next_takes()
    {
        var raft = new RaftOptions();
        const int transactionBytesMax = 3 * 512 * 1024;
        Assert.True(transactionBytesMax < raft.EntryBytesMax);
        Assert.True(raft.EntryBytesMax + (2 * Entry.OverheadBytes) < FrameHeader.BodyBytesMax);
        Assert.True(raft.AppendBytesMax / Entry.OverheadBytes <= AppendCodec.EntriesMax);
        Assert.True(raft.InflightBytesMax <= new PeerOptions().QueueBytesMax);
        var largest = new Entry(new LogIndex(1), new Term(1), EntryKind.Command, new byte[raft.EntryBytesMax]);
        var frame = new RaftFrame(new AppendRequest(FrameSamples.From, FrameSamples.To, new Term(1), default, new[] { largest }, default, 1));
        Assert.Equal(FrameText.Of(frame), FrameText.Of(Decode(Encode(frame))));
    }

    [Fact]
    public void F02_a_frame_that_peers_would_refuse_is_not_sent_and_leaves_the_others_alone()
    {
        var writer = new FrameWriter();
        PeerFrameCodec.Write(writer, new RoomFrame(true));
        var before = writer.Length;
        Assert.Throws<InvalidOperationException>(() => PeerFrameCodec.Write(writer, new TransferChunkFrame(1, 0, 0, new byte[FrameHeader.BodyBytesMax])));
        Assert.Equal(before, writer.Length);
    }

    [Fact]
    public void The_hot_messages_are_written_without_allocating()
    {
        var writer = new FrameWriter(1 << 20);
        PeerFrame[] frames =
        [
            new RaftFrame(new FrameSamples(new Random(3)).Append()),
            new RaftFrame(new AppendAccepted(FrameSamples.From, FrameSamples.To, new Term(1), new LogIndex(1), 1)),
            new RaftFrame(new Heartbeat(FrameSamples.From, FrameSamples.To, new Term(1), new LogIndex(1), 1)),
        ];
        foreach (var frame in frames)
            PeerFrameCodec.Write(writer, frame);
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var frame in frames)
            PeerFrameCodec.Write(writer, frame);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    internal static byte[] Encode(PeerFrame frame)
    {
        var writer = new FrameWriter();
        PeerFrameCodec.Write(writer, frame);
        var bytes = writer.Written.ToArray();
        writer.Release();
        return bytes;
    }

    internal static PeerFrame Decode(byte[] frame)
    {
        var parser = new FrameParser { BodyBytesMax = FrameHeader.BodyBytesMax };
        ReadOnlySpan<byte> bytes = frame;
        Assert.True(parser.TryTake(ref bytes, out var body));
        Assert.True(bytes.IsEmpty);
        return DecodeBody(body);
    }

    internal static PeerFrame DecodeBody(ReadOnlyMemory<byte> body) =>
        PeerFrameCodec.Read((FrameKind)body.Span[0], new FrameReader(body[1..]), FrameSamples.From, FrameSamples.To);
}
