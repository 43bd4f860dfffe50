using FsCheck;
using FsCheck.Fluent;

namespace Lutra.Raft.Tests.Unit;

public sealed class ConfigurationFormatTests
{
    private const string Vector =
        "02" + "0300"
        + "0100000000000000" + "0a00000000000000" + "01" + "00" + "0000000000000000" + "0100" + "31" + "0300" + "613a31" + "0300" + "623a31"
        + "0200000000000000" + "0b00000000000000" + "03" + "00" + "0000000000000000" + "0100" + "32" + "0300" + "613a32" + "0000"
        + "0300000000000000" + "0000000000000000" + "02" + "01" + "0200000000000000" + "0200" + "c3bc" + "0000" + "0000"
        + "0200" + "0a00000000000000" + "0b00000000000000";

    private static readonly Configuration Sample = new(
        [
            new Member(new MemberId(3), null, "ü", "", "", MemberRole.Learner) { AutoPromote = true, Replaces = new MemberId(2) },
            new Member(new MemberId(1), new NodeId(10), "1", "a:1", "b:1", MemberRole.Voter),
            new Member(new MemberId(2), new NodeId(11), "2", "a:2", "", MemberRole.Leaving),
        ],
        [new NodeId(11), new NodeId(10)]);

    [Fact]
    public void The_test_vector_is_written_and_read()
    {
        Assert.Equal(Vector, Convert.ToHexStringLower(Sample.Encode()));

        var read = Configuration.Decode(Convert.FromHexString(Vector));
        Assert.Equal(Sample.Members.AsEnumerable(), read.Members);
        Assert.Equal([new NodeId(10), new NodeId(11)], read.OutgoingVoters.ToArray());
        Assert.Equal([new NodeId(10)], read.Voters.ToArray());
    }

    [Fact]
    public void The_empty_configuration_is_five_bytes() => Assert.Equal("0200000000", Convert.ToHexStringLower(Configuration.Empty.Encode()));

    [Fact]
    public void Every_shorter_prefix_and_every_longer_text_is_refused()
    {
        var whole = Convert.FromHexString(Vector);
        for (var length = 0; length < whole.Length; length++)
            Assert.Throws<FormatException>(() => Configuration.Decode(whole.AsSpan(0, length)));
        Assert.Throws<FormatException>(() => Configuration.Decode([.. whole, 0]));
    }

    [Theory]
    [InlineData("0100000000", "version")]
    [InlineData("02ffff0000", "count")]
    [InlineData("02" + "0100" + "0000000000000000" + "0a00000000000000" + "01" + "00" + "0000000000000000" + "0000" + "0000" + "0000" + "0000", "id 0")]
    [InlineData("02" + "0100" + "0100000000000000" + "0a00000000000000" + "04" + "00" + "0000000000000000" + "0000" + "0000" + "0000" + "0000", "role")]
    [InlineData("02" + "0100" + "0100000000000000" + "0a00000000000000" + "03" + "00" + "0000000000000000" + "0000" + "0000" + "0000" + "0000", "leaving")]
    [InlineData("02" + "0100" + "0100000000000000" + "0a00000000000000" + "01" + "00" + "0000000000000000" + "0100" + "ff" + "0000" + "0000" + "0000", "UTF-8")]
    [InlineData("02" + "0100" + "0100000000000000" + "0a00000000000000" + "01" + "00" + "0000000000000000" + "0104", "text")]
    [InlineData("02" + "0100" + "0100000000000000" + "0a00000000000000" + "01" + "01" + "0000000000000000" + "0000" + "0000" + "0000" + "0000", "no learner")]
    [InlineData("02" + "0100" + "0100000000000000" + "0a00000000000000" + "02" + "02" + "0000000000000000" + "0000" + "0000" + "0000" + "0000", "flag")]
    [InlineData("02" + "0100" + "0100000000000000" + "0a00000000000000" + "02" + "00" + "0900000000000000" + "0000" + "0000" + "0000" + "0000", "replaces")]
    [InlineData("0200000100" + "0a00000000000000", "no member")]
    public void What_breaks_a_rule_is_refused_and_named(string hex, string named)
    {
        Assert.False(Configuration.TryDecode(Convert.FromHexString(hex), out _, out var problem));
        Assert.Contains(named, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Random_bytes_are_refused_or_read_to_what_writes_the_same_bytes() =>
        Prop.ForAll<byte[]>(bytes =>
        {
            byte[] source = [2, .. bytes];
            if (Configuration.TryDecode(source, out var configuration, out _))
                Assert.Equal(source, configuration.Encode());
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_flipped_bit_is_refused_or_read_to_what_writes_the_same_bytes()
    {
        var whole = Convert.FromHexString(Vector);
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            var flipped = whole.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            if (Configuration.TryDecode(flipped, out var configuration, out _))
                Assert.Equal(flipped, configuration.Encode());
        }
    }
}
