using FsCheck;
using FsCheck.Fluent;
using Lutra.Keyspace.Auth;
using Lutra.Keyspace.Commands;
using static Lutra.Keyspace.Tests.Auth.AuthBed;

namespace Lutra.Keyspace.Tests.Auth;

/// <summary>The bytes of docs/formats.md.</summary>
public sealed class AuthFormatTests
{
    private static readonly CommandEnvelope envelope = new(new ProposalId(0x1122334455667788, 9), 0x0102030405060708);

    private static readonly string HashHex = Convert.ToHexStringLower(Text.Bytes(Hash).Span);

    public static TheoryData<AuthCommand, string> Vectors => new()
    {
        { new EnableAuthCommand(), "01" },
        { new DisableAuthCommand(), "02" },
        { new AddUserCommand("u", Hash, false), "03" + "0175" + "3c" + HashHex + "00" },
        { new AddUserCommand("u", "", true), "03" + "0175" + "00" + "01" },
        { new DeleteUserCommand("u"), "04" + "0175" },
        { new SetPasswordCommand("u", Hash), "05" + "0175" + "3c" + HashHex },
        { new GrantRoleCommand("u", "r"), "06" + "0175" + "0172" },
        { new RevokeRoleCommand("u", "r"), "07" + "0175" + "0172" },
        { new AddRoleCommand("é"), "08" + "02c3a9" },
        { new DeleteRoleCommand("r"), "09" + "0172" },
        { new GrantPermissionCommand("r", Both("a", "b")), "0a" + "0172" + "02" + "01" + "0161" + "0162" },
        { new RevokePermissionCommand("r", Text.Key("a")), "0b" + "0172" + "00" + "0161" },
        { new GrantTokenCommand("u", "abcdefgh", 300), "0c" + "0175" + "08" + "6162636465666768" + "ac02" },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Changes_have_these_bytes_and_need_feature_level_2(AuthCommand command, string body)
    {
        var expected = "01090200" + "0807060504030201" + "8877665544332211" + "0900000000000000" + "04" + body;
        var inside = envelope with { Caller = Caller.Inside };
        Assert.Equal(expected, Convert.ToHexStringLower(CommandCodec.Encode(inside, command)));
        var payload = Convert.FromHexString(expected);
        var decoded = CommandCodec.Decode(payload);
        Assert.Equal(inside, decoded.Envelope);
        Assert.Equal(payload, CommandCodec.Encode(decoded.Envelope, decoded.Command));
        for (var length = 0; length < payload.Length; length++)
            Assert.Throws<FormatException>(() => CommandCodec.Decode(payload.AsMemory(0, length)));
        Assert.Throws<FormatException>(() => CommandCodec.Decode((byte[])[.. payload, 0]));
    }

    [Theory]
    [InlineData(CallerKind.Nobody, "0100", "00")]
    [InlineData(CallerKind.Inside, "0200", "04")]
    [InlineData(CallerKind.User, "0200", "08" + "02c3a9" + "ac02")]
    public void Who_asks_is_in_the_envelope(CallerKind kind, string level, string parts)
    {
        var caller = kind == CallerKind.User ? Caller.User("é", 300) : new Caller(kind, null, 0);
        var expected = "0102" + level + "0807060504030201" + "8877665544332211" + "0900000000000000" + parts + "01";
        Assert.Equal(expected, Convert.ToHexStringLower(CommandCodec.Encode(envelope with { Caller = caller }, new CompactCommand(new Revision(1)))));
        Assert.Equal(caller, CommandCodec.Decode(Convert.FromHexString(expected)).Envelope.Caller);
    }

    [Theory]
    [InlineData("0102" + "0200", "0c" + "0175" + "01" + "01")]
    [InlineData("0102" + "0200", "10" + "01")]
    [InlineData("0102" + "0200", "08" + "00" + "01" + "01")]
    [InlineData("0102" + "0200", "08" + "01ff" + "01" + "01")]
    [InlineData("0102" + "0100", "04" + "01")]
    [InlineData("0102" + "0100", "08" + "0175" + "01" + "01")]
    [InlineData("0109" + "0100", "00" + "01")]
    [InlineData("0109" + "0200", "00" + "00")]
    [InlineData("0109" + "0200", "00" + "0d0175")]
    [InlineData("0109" + "0200", "00" + "03" + "0175" + "00" + "02")]
    [InlineData("0109" + "0200", "00" + "0a" + "0172" + "03" + "00" + "0161")]
    [InlineData("0109" + "0200", "00" + "0a" + "0172" + "00" + "02" + "0161")]
    [InlineData("0109" + "0200", "00" + "05" + "0175" + "01ff")]
    public void What_is_not_known_is_refused(string head, string rest) => Assert.Throws<FormatException>(
        () => CommandCodec.Decode(Convert.FromHexString(head + "0807060504030201" + "8877665544332211" + "0900000000000000" + rest)));

    [Fact]
    public void Records_have_these_bytes()
    {
        var writer = new ByteWriter();
        AuthRecords.WriteSum(writer, true, 300);
        Assert.Equal("0101ac02", Convert.ToHexStringLower(writer.Written));
        writer.Clear();
        AuthRecords.Write(writer, new UserAccount("u", Hash, false, ["r", "root"]));
        Assert.Equal("0100" + "3c" + HashHex + "02" + "0172" + "04726f6f74", Convert.ToHexStringLower(writer.Written));
        writer.Clear();
        AuthRecords.Write(writer, new RoleAccount("r", [Read("a"), Write("b", ""), Both("b", "c")]));
        Assert.Equal("01" + "03" + "00" + "00" + "0161" + "01" + "01" + "0162" + "00" + "02" + "01" + "0162" + "0163", Convert.ToHexStringLower(writer.Written));
        Assert.Equal("0675", Convert.ToHexStringLower(AuthRecords.KeyOf(TableKeys.Users, "u")));
        Assert.Equal("0772", Convert.ToHexStringLower(AuthRecords.KeyOf(TableKeys.Roles, "r")));
    }

    [Theory]
    [InlineData("00")]
    [InlineData("0102013c")]
    [InlineData("0100" + "00" + "02" + "0172" + "0172")]
    [InlineData("0100" + "00" + "02" + "0173" + "0172")]
    [InlineData("0100" + "00" + "01" + "00")]
    [InlineData("0100" + "0178" + "00")]
    [InlineData("0100" + "00" + "00" + "00")]
    public void A_user_that_nobody_wrote_is_refused(string hex) => Assert.Throws<FormatException>(() => AuthRecords.ReadUser("u", Convert.FromHexString(hex)));

    [Theory]
    [InlineData("03")]
    [InlineData("01" + "01" + "03" + "00" + "0161")]
    [InlineData("01" + "01" + "00" + "00" + "00")]
    [InlineData("01" + "01" + "00" + "01" + "0162" + "0161")]
    [InlineData("01" + "02" + "00" + "00" + "0161" + "01" + "00" + "0161")]
    [InlineData("01" + "ffff03")]
    public void A_role_that_nobody_wrote_is_refused(string hex) => Assert.Throws<FormatException>(() => AuthRecords.ReadRole("r", Convert.FromHexString(hex)));

    [Fact]
    public void Any_bytes_are_a_record_or_refused() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
        {
            bytes ??= [];
            foreach (var read in new Action<byte[]>[] { each => AuthRecords.ReadUser("u", each), each => AuthRecords.ReadRole("r", each), each => AuthRecords.ReadSum(each) })
            {
                try
                {
                    read([1, 0, .. bytes]);
                }
                catch (FormatException)
                {
                    // As it should be.
                }
            }
        }).QuickCheckThrowOnFailure();
}
