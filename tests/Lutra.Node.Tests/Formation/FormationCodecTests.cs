using System.Buffers;
using System.Text;
using Lutra.Node.Formation;
using Lutra.Raft;

namespace Lutra.Node.Tests.Formation;

public sealed class FormationCodecTests
{
    private static readonly FormationMessage[] Messages =
    [
        new Roll(new Ballot(3, new NodeId(7)), true, [new RollEntry("localhost:3001", new NodeId(1), "1"), new RollEntry("[::1]:2", new NodeId(2), "two")]),
        new Roll(default, false, [new RollEntry("localhost:3001", null, "")]),
        new DraftOffer(Subject.DraftOf(5, 2, 1, 2, 3)),
        new DraftStored(new Ballot(5, new NodeId(2))),
        new ClusterBegun(Subject.DraftOf(1, 1, 1)),
        new ClusterBegun(Subject.DraftOf(1, 1, 1), new LogIndex(7), Subject.DraftOf(1, 1, 1, 2).Configuration),
        new JoinAsked(new LogIndex(9)),
        new JoinRefused("ü"),
    ];

    [Fact]
    public void Bytes_are_fixed()
    {
        Assert.Equal(
            "01" + "0300000000000000" + "0700000000000000" + "01" + "0100" + "0300613a31" + "0100000000000000" + "010031",
            Hex(new Roll(new Ballot(3, new NodeId(7)), true, [new RollEntry("a:1", new NodeId(1), "1")])));
        Assert.Equal("03" + "0500000000000000" + "0200000000000000", Hex(new DraftStored(new Ballot(5, new NodeId(2)))));
        var draft = Subject.DraftOf(1, 1, 1);
        var configuration = draft.Configuration.Encode();
        Assert.Equal(
            "04" + "0100000000000000" + "0100000000000000" + "01000000010000000000000000000000"
                + $"{configuration.Length:x2}00" + Convert.ToHexStringLower(configuration)
                + "0900000000000000" + $"{configuration.Length:x2}00" + Convert.ToHexStringLower(configuration),
            Hex(new ClusterBegun(draft, new LogIndex(9), draft.Configuration)));
        Assert.Equal("05" + "0900000000000000", Hex(new JoinAsked(new LogIndex(9))));
        Assert.Equal("06" + "0200" + "6e6f", Hex(new JoinRefused("no")));
    }

    [Fact]
    public void What_is_written_is_read()
    {
        foreach (var message in Messages)
        {
            var read = FormationCodec.Read(Bytes(message));
            if (message is Roll roll)
                Assert.Equal(roll.Entries, Assert.IsType<Roll>(read).Entries);
            else
                Assert.Equal(message, read);
            Assert.Equal(Hex(message), Hex(read));
        }
    }

    [Fact]
    public void Cut_bytes_and_bytes_too_many_are_refused()
    {
        foreach (var message in Messages)
        {
            var bytes = Bytes(message);
            for (var length = 0; length < bytes.Length; length++)
                Assert.Throws<FormatException>(() => FormationCodec.Read(bytes.AsSpan(0, length)));
            Assert.Throws<FormatException>(() => FormationCodec.Read([.. bytes, 0]));
        }
    }

    [Fact]
    public void Changed_bytes_are_refused_by_the_declared_exception_or_read_as_what_they_say()
    {
        var random = new Random(1);
        for (var round = 0; round < 50_000; round++)
        {
            var bytes = Bytes(Messages[round % Messages.Length]);
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                Assert.Equal(bytes, Bytes(FormationCodec.Read(bytes)));
            }
            catch (FormatException)
            {
                // Refused.
            }
        }
    }

    [Fact]
    public void A_hostile_length_allocates_nothing_for_it()
    {
        byte[] roll = [1, .. new byte[17], 64, 0, 0xFF, 0xFF];
        byte[] offer = [2, .. new byte[32], 0xFF, 0xFF];
        foreach (var bytes in new[] { roll, offer })
        {
            Assert.Throws<FormatException>(() => FormationCodec.Read(bytes));
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<FormatException>(() => FormationCodec.Read(bytes));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
        }
    }

    [Theory]
    [MemberData(nameof(ImpossibleDrafts))]
    public void A_draft_that_no_drafter_makes_is_refused(string fault, ulong number, ulong drafter, ulong cluster, Member[] members)
    {
        var bytes = new ArrayBufferWriter<byte>();
        var writer = new FieldWriter(bytes);
        writer.Byte(4);
        writer.UInt64(number);
        writer.UInt64(drafter);
        writer.UInt128(cluster);
        writer.Block(new Configuration(members, []).Encode());
        var refusal = Assert.Throws<FormatException>(() => FormationCodec.Read(bytes.WrittenSpan));
        Assert.Contains(fault, refusal.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, ulong, ulong, ulong, Member[]> ImpossibleDrafts()
    {
        var one = new Member(new MemberId(1), new NodeId(1), "1", "localhost:1", "c", MemberRole.Voter);
        var two = new Member(new MemberId(2), new NodeId(2), "2", "localhost:2", "c", MemberRole.Voter);
        return new()
        {
            { "its ballot is 0", 0, 1, 1, [one] },
            { "its cluster id is 0", 1, 1, 0, [one] },
            { "it has 0 members", 1, 1, 1, [] },
            { "its drafter is no member", 1, 3, 1, [one, two] },
            { "a label stands there twice", 1, 1, 1, [one, two with { Label = "1" }] },
            { "a member is no voter", 1, 1, 1, [one, two with { Role = MemberRole.Learner }] },
            { "a member is no voter, or not bound", 1, 1, 1, [one, two with { Node = null }] },
            { "a member has an impossible label", 1, 1, 1, [one, two with { Label = ".." }] },
            { "a member has no address", 1, 1, 1, [one, two with { PeerAddress = "x" }] },
            { "an address has more than 300 bytes", 1, 1, 1, [one, two with { ClientAddress = new string('x', 301) }] },
        };
    }

    [Theory]
    [InlineData("a roll is settled and has a node that is not known", true, 0UL, "")]
    [InlineData("a label without a node", false, 0UL, "1")]
    [InlineData("a node without a label", false, 1UL, "")]
    public void A_roll_that_contradicts_itself_is_refused(string what, bool settled, ulong node, string label)
    {
        var bytes = new ArrayBufferWriter<byte>();
        var writer = new FieldWriter(bytes);
        writer.Byte(1);
        writer.UInt64(0);
        writer.UInt64(0);
        writer.Byte(settled ? (byte)1 : (byte)0);
        writer.UInt16(1);
        writer.Text("a:1");
        writer.UInt64(node);
        writer.Text(label);
        Assert.True(Refuses(bytes.WrittenSpan), what);
    }

    [Fact]
    public void Text_that_is_not_utf8_is_refused()
    {
        var bytes = Bytes(Messages[0]);
        bytes[Encoding.Latin1.GetString(bytes).IndexOf("localhost", StringComparison.Ordinal)] = 0xFF;
        Assert.True(Refuses(bytes));
    }

    private static bool Refuses(ReadOnlySpan<byte> bytes)
    {
        try
        {
            FormationCodec.Read(bytes);
            return false;
        }
        catch (FormatException)
        {
            return true;
        }
    }

    private static byte[] Bytes(FormationMessage message)
    {
        var bytes = new ArrayBufferWriter<byte>();
        FormationCodec.Write(bytes, message);
        return bytes.WrittenSpan.ToArray();
    }

    private static string Hex(FormationMessage message) => Convert.ToHexStringLower(Bytes(message));
}
