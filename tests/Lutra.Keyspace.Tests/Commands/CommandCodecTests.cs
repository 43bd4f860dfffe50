using FsCheck;
using FsCheck.Fluent;
using Lutra.Keyspace.Commands;
using Lutra.Keyspace.Tests.Model;
using static Lutra.Keyspace.Tests.Text;

namespace Lutra.Keyspace.Tests;

public sealed class CommandCodecTests
{
    private static readonly CommandEnvelope envelope = new(new ProposalId(0x1122334455667788, 9), 0x0102030405060708);

    // Format, kind, level; time, origin, number; parts.
    private static string Header(int kind, string parts = "00") =>
        $"01{kind:x2}0100" + "0807060504030201" + "8877665544332211" + "0900000000000000" + parts;

    public static TheoryData<string, Command, int, string> Vectors => new()
    {
        { "put", new WriteCommand(Put("k", "val")), 1, "0100" + "016b" + "0376616c" },
        { "put, all flags", new WriteCommand(new PutOperation(Bytes("k"), Bytes(""), 300, true, true, true)), 1, "010f" + "016b" + "00" + "ac02" },
        { "delete one", new WriteCommand(Delete("k")), 1, "0200" + "016b" },
        { "delete to the end", new WriteCommand(new DeleteOperation(Range("a", ""), ReturnPrevious: true)), 1, "0203" + "0161" + "00" },
        { "range", new WriteCommand(new RangeOperation(Key("k"))), 1, "03" + "0000" + "00" + "016b" },
        {
            "range, everything set",
            new WriteCommand(new RangeOperation(
                Range("a", "b"), 1, new Revision(2), SortTarget.Value, true, true, true, new Revision(3), new Revision(4), new Revision(5), new Revision(200))),
            1, "03" + "ff03" + "04" + "0161" + "0162" + "010203" + "0405" + "c801"
        },
        {
            "transaction",
            new WriteCommand(new TransactionOperation(
                [new Compare(Key("k"), CompareTarget.Value, CompareResult.NotEqual, Value: Bytes("v")), new Compare(Range("a", "b"), CompareTarget.ModRevision, CompareResult.Less, 7)],
                [Put("k")],
                [])),
            1, "04" + "02" + "3300" + "016b" + "0176" + "2201" + "0161" + "0162" + "07" + "01" + "0100016b00" + "00"
        },
        { "compact", new CompactCommand(new Revision(300)), 2, "ac02" },
        { "feature level", new SetFeatureLevelCommand(2), 3, "02" },
        { "open session", new OpenSessionCommand(5, 1000), 4, "05" + "e807" },
        { "close session", new CloseSessionCommand(5), 5, "05" + "00" },
        { "close session, if unused", new CloseSessionCommand(5, 300), 5, "05" + "01" + "ac02" },
        { "grant lease", new GrantLeaseCommand(300, 60), 6, "ac02" + "3c" },
        { "revoke lease", new RevokeLeaseCommand(300), 7, "ac02" + "00" },
        { "revoke lease, found expired in a term", new RevokeLeaseCommand(300, 5), 7, "ac02" + "05" },
        { "checkpoint leases", new CheckpointLeasesCommand(5, [new(300, 60), new(7, 0)]), 8, "05" + "02" + "ac02" + "3c" + "07" + "00" },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Commands_have_these_bytes(string name, Command command, int kind, string body)
    {
        Assert.NotEmpty(name);
        var expected = Header(kind) + body;
        Assert.Equal(expected, Convert.ToHexStringLower(CommandCodec.Encode(envelope, command)));
        Assert.Equal((envelope, command), Comparable(CommandCodec.Decode(Convert.FromHexString(expected)), command));
    }

    [Theory]
    [InlineData(5ul, 300ul, null, "01" + "05ac02")]
    [InlineData(0ul, 0ul, "ké", "02" + "036bc3a9")]
    [InlineData(5ul, 1ul, "k", "03" + "0501" + "016b")]
    public void Envelopes_have_these_bytes(ulong session, ulong sequence, string? key, string parts)
    {
        var full = envelope with { Session = session, Sequence = sequence, IdempotencyKey = key };
        var expected = Header(2, parts) + "01";
        Assert.Equal(expected, Convert.ToHexStringLower(CommandCodec.Encode(full, new CompactCommand(new Revision(1)))));
        Assert.Equal(full, CommandCodec.Decode(Convert.FromHexString(expected)).Envelope);
    }

    [Fact]
    public void Whatever_is_written_is_read_back_and_has_one_spelling() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var draw = new CommandDraw(random);
            var (session, sequence, key) = draw.Envelope();
            var full = new CommandEnvelope(
                new ProposalId((ulong)random.NextInt64(), (ulong)random.NextInt64()), random.NextInt64(), session, sequence, key);
            var payload = CommandCodec.Encode(full, draw.Command());
            var (decodedEnvelope, decoded) = CommandCodec.Decode(payload);
            Assert.Equal(full, decodedEnvelope);
            Assert.Equal(payload, CommandCodec.Encode(decodedEnvelope, decoded));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void C03_the_proposal_is_read_and_the_time_is_stamped_without_decoding()
    {
        var payload = CommandCodec.Encode(envelope, new WriteCommand(Put("k", "v")));
        Assert.Equal(envelope.Proposal, CommandCodec.ReadProposal(payload));
        CommandCodec.StampTime(payload, 12345);
        var (stamped, command) = CommandCodec.Decode(payload);
        Assert.Equal(envelope with { TimeMillis = 12345 }, stamped);
        Assert.Equal("v", From(Assert.IsType<PutOperation>(Assert.IsType<WriteCommand>(command).Operation).Value));
    }

    [Fact]
    public void A_payload_shorter_than_a_header_has_no_proposal_and_no_time()
    {
        for (var length = 0; length < CommandHeader.SizeBytes; length++)
        {
            var payload = new byte[length];
            Assert.Throws<FormatException>(() => CommandCodec.ReadProposal(payload));
            Assert.Throws<FormatException>(() => CommandCodec.StampTime(payload, 1));
        }
    }

    [Fact]
    public void Every_shortened_and_every_lengthened_command_is_refused()
    {
        foreach (var row in Vectors)
        {
            var payload = CommandCodec.Encode(envelope, row.Data.Item2);
            for (var length = 0; length < payload.Length; length++)
                Assert.Throws<FormatException>(() => CommandCodec.Decode(payload.AsMemory(0, length)));
            Assert.Throws<FormatException>(() => CommandCodec.Decode((byte[])[.. payload, 0]));
        }
    }

    [Theory]
    [InlineData("02", "01", "01", "command format 2")]
    [InlineData("00", "01", "01", "command format 0")]
    [InlineData("01", "00", "01", "command kind 0")]
    [InlineData("01", "0b", "01", "command kind 11")]
    [InlineData("01", "01", "00", "feature level 1")]
    [InlineData("01", "01", "04", "needs feature level 4")]
    [InlineData("02", "0b", "04", "needs feature level 4")]
    public void Unknown_formats_kinds_and_levels_are_refused_by_name(string format, string kind, string level, string message)
    {
        var payload = Convert.FromHexString(format + kind + level + "00" + new string('0', 48) + "00" + "0100016b00");
        var exception = Assert.ThrowsAny<FormatException>(() => CommandCodec.Decode(payload));
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.Equal(level == "04", exception is FeatureLevelException { Required: 4 });
    }

    [Theory]
    [InlineData("05", "")]
    [InlineData("0110", "016b00")]
    [InlineData("0101", "016b0000")]
    [InlineData("0204", "016b")]
    [InlineData("03000400", "016b")]
    [InlineData("03000005", "016b")]
    [InlineData("03020000", "016b00")]
    [InlineData("0401", "0500016b000000")]
    [InlineData("0401", "4000016b000000")]
    [InlineData("0401", "0002016b000000")]
    [InlineData("0100", "81006b00")]
    [InlineData("0100", "ffffffffffffffffff026b00")]
    [InlineData("0100", "ffffffffffffffff7f6b00")]
    public void What_is_not_known_or_not_spelled_shortest_is_refused(string start, string rest)
    {
        var payload = Convert.FromHexString(Header(1) + start + rest);
        Assert.Throws<FormatException>(() => CommandCodec.Decode(payload));
    }

    [Theory]
    [InlineData("00")]
    [InlineData("01ff")]
    [InlineData("02c328")]
    public void An_idempotency_key_that_is_empty_or_no_text_is_refused(string key)
    {
        var payload = Convert.FromHexString(Header(2, "02") + key + "01");
        Assert.Throws<FormatException>(() => CommandCodec.Decode(payload));
    }

    [Theory]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public void An_idempotency_key_has_a_limit(int length, bool fits)
    {
        var full = envelope with { IdempotencyKey = new string('k', length) };
        if (fits)
            Assert.Equal(full, CommandCodec.Decode(CommandCodec.Encode(full, new CompactCommand(default))).Envelope);
        else
            Assert.Throws<ArgumentException>(() => CommandCodec.Encode(full, new CompactCommand(default)));
    }

    [Theory]
    [InlineData(KeyspaceLimits.TransactionDepthMax, true)]
    [InlineData(KeyspaceLimits.TransactionDepthMax + 1, false)]
    public void Nesting_has_a_limit_for_writing_and_for_reading(int depth, bool fits)
    {
        Operation nested = Put("k");
        for (var i = 0; i < depth; i++)
            nested = new TransactionOperation([], [nested], []);
        var header = Header(1);
        var bytes = header + string.Concat(Enumerable.Repeat("040001", depth)) + "0100016b00" + string.Concat(Enumerable.Repeat("00", depth));
        if (fits)
        {
            Assert.Equal(bytes, Convert.ToHexStringLower(CommandCodec.Encode(envelope, new WriteCommand(nested))));
            CommandCodec.Decode(Convert.FromHexString(bytes));
        }
        else
        {
            Assert.Throws<ArgumentException>(() => CommandCodec.Encode(envelope, new WriteCommand(nested)));
            Assert.Throws<FormatException>(() => CommandCodec.Decode(Convert.FromHexString(bytes)));
        }
    }

    [Fact]
    public void Random_bytes_behind_a_header_give_a_command_or_a_format_exception_and_no_great_allocation() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var payload = CommandCodec.Encode(envelope, new CommandDraw(random).Command());
            Array.Resize(ref payload, payload.Length + random.Next(40));
            for (var flips = random.Next(1, 6); flips > 0; flips--)
                payload[random.Next(payload.Length)] = (byte)(random.Next(2) == 0 ? random.Next(256) : random.Next(6));
            AssertRefusedOrReadCheaply(payload);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

    [Fact]
    public void Lists_that_claim_all_that_is_left_at_every_depth_allocate_little()
    {
        var payload = new ByteWriter();
        new CommandHeader(CommandKind.Write, 1, 0, default, EnvelopeParts.None).Write(payload);
        const int size = KeyspaceLimits.CommandBytesMax;
        for (var depth = 0; depth < KeyspaceLimits.TransactionDepthMax; depth++)
        {
            payload.Byte(4);
            payload.Byte(0);
            payload.Varint((ulong)((size - payload.Written.Length - 20) / 3));
        }

        payload.Raw(new byte[size - payload.Written.Length]);
        AssertRefusedOrReadCheaply(payload.Written.ToArray(), allocationMax: 1024 * 1024);
    }

    private static void AssertRefusedOrReadCheaply(byte[] payload, long? allocationMax = null)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            CommandCodec.Decode(payload);
        }
        catch (FormatException)
        {
        }

        // A compare or an operation is an object of some hundred bytes where its spelling takes three or more.
        var ceiling = allocationMax ?? (64L * payload.Length) + 20_000;
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, ceiling);
    }

    // Records hold memory, which is equal only where it is the same: compare by the one spelling instead.
    private static (CommandEnvelope Envelope, Command Command) Comparable((CommandEnvelope Envelope, Command Command) decoded, Command expected)
    {
        Assert.Equal(CommandCodec.Encode(envelope, expected), CommandCodec.Encode(envelope, decoded.Command));
        return (decoded.Envelope, expected);
    }
}
