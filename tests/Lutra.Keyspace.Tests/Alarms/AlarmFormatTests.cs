using Lutra.Keyspace.Alarms;
using Lutra.Keyspace.Commands;

namespace Lutra.Keyspace.Tests.Alarms;

/// <summary>The bytes of docs/formats.md.</summary>
public sealed class AlarmFormatTests
{
    private const string Rest = "0807060504030201" + "8877665544332211" + "0900000000000000" + "00";

    private static readonly CommandEnvelope envelope = new(new ProposalId(0x1122334455667788, 9), 0x0102030405060708);

    [Theory]
    [InlineData(300ul, AlarmKind.NoSpace, true, "01" + "01" + "ac02")]
    [InlineData(0ul, AlarmKind.Corrupt, false, "00" + "02" + "00")]
    [InlineData(ulong.MaxValue, AlarmKind.Corrupt, true, "01" + "02" + "ffffffffffffffffff01")]
    public void A_change_of_alarms_has_these_bytes_and_needs_feature_level_3(ulong member, AlarmKind kind, bool raises, string body)
    {
        var command = new AlarmCommand(new Alarm(member, kind), raises);
        var expected = "010a0300" + Rest + body;
        Assert.Equal(expected, Convert.ToHexStringLower(CommandCodec.Encode(envelope, command)));
        var payload = Convert.FromHexString(expected);
        Assert.Equal((envelope, (Command)command), CommandCodec.Decode(payload));
        for (var length = 0; length < payload.Length; length++)
            Assert.Throws<FormatException>(() => CommandCodec.Decode(payload.AsMemory(0, length)));
        Assert.Throws<FormatException>(() => CommandCodec.Decode((byte[])[.. payload, 0]));
    }

    [Theory]
    [InlineData("010a0200", "01" + "01" + "00")]
    [InlineData("010a0300", "02" + "01" + "00")]
    [InlineData("010a0300", "01" + "00" + "00")]
    [InlineData("010a0300", "01" + "03" + "00")]
    public void What_is_not_known_is_refused(string head, string body) =>
        Assert.Throws<FormatException>(() => CommandCodec.Decode(Convert.FromHexString(head + Rest + body)));

    [Fact]
    public void The_record_has_these_bytes()
    {
        var state = AlarmState.None.With(new Alarm(1, AlarmKind.Corrupt)).With(new Alarm(300, AlarmKind.NoSpace)).With(new Alarm(0, AlarmKind.NoSpace));
        var target = new ByteWriter();
        AlarmCodec.Write(target, state);
        Assert.Equal("01" + "03" + "0100" + "01ac02" + "0201", Convert.ToHexStringLower(target.Written));
        Assert.Equal(state.All, AlarmCodec.ReadState(target.WrittenMemory).All);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0200")]
    [InlineData("0101")]
    [InlineData("01010300")]
    [InlineData("0101010000")]
    [InlineData("010201010101")]
    [InlineData("010202010101")]
    public void A_record_that_nobody_wrote_is_refused(string bytes) =>
        Assert.Throws<FormatException>(() => AlarmCodec.ReadState(Convert.FromHexString(bytes)));
}
