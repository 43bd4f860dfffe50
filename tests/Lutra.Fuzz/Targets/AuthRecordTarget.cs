using System.Text;
using Lutra.Keyspace;
using Lutra.Keyspace.Auth;

namespace Lutra.Fuzz.Targets;

/// <summary>Users and roles as tables keep them, which may come from another node or a snapshot. The first byte says what it is: their sum, a user, a role, a name.</summary>
internal sealed class AuthRecordTarget : FuzzTarget
{
    private const int Kinds = 4;

    public override string Name => "record.auth";

    public override byte[] Example(Random random)
    {
        var kind = random.Next(Kinds);
        var draw = new AuthDraw(random);
        var target = new ByteWriter();
        switch (kind)
        {
            case 0:
                AuthRecords.WriteSum(target, random.Next(2) == 0, (ulong)random.NextInt64(1, 9));
                break;
            case 1 when random.Next(4) > 0:
                AuthRecords.Write(target, draw.User());
                break;
            case 2 when random.Next(4) > 0:
                AuthRecords.Write(target, draw.Role());
                break;
            case 3:
                target.Raw(AuthRecords.KeyOf(0x55, draw.Name()));
                break;
            default:
                target.Raw(AuthRecords.GoneRecord);
                break;
        }

        return [(byte)kind, .. target.Written];
    }

    public override void Parse(byte[] input)
    {
        if (input.Length < 2)
            return;
        var bytes = input.AsMemory(1);
        var again = new ByteWriter();
        switch (input[0] % Kinds)
        {
            case 0:
                var (isEnabled, revision) = AuthRecords.ReadSum(bytes);
                AuthRecords.WriteSum(again, isEnabled, revision);
                break;
            case 1:
                if (AuthRecords.ReadUser("anna", bytes) is { } user)
                    AuthRecords.Write(again, user);
                else
                    again.Raw(AuthRecords.GoneRecord);
                break;
            case 2:
                if (AuthRecords.ReadRole("reader", bytes) is { } role)
                    AuthRecords.Write(again, role);
                else
                    again.Raw(AuthRecords.GoneRecord);
                break;
            default:
                again.Raw(AuthRecords.KeyOf(bytes.Span[0], AuthRecords.NameOf(bytes.Span)));
                break;
        }

        // Numbers and lengths may be spelled longer than they need to be: what was written must read as the same.
        var written = again.Written.ToArray();
        Require(Bed(() => SameAgain(input[0] % Kinds, bytes, written)), "a record that was read is written as another");
    }

    public override bool IsDeclared(Exception exception) => exception is FormatException;

    private static bool SameAgain(int kind, ReadOnlyMemory<byte> bytes, byte[] written) => kind switch
    {
        0 => AuthRecords.ReadSum(written) == AuthRecords.ReadSum(bytes),
        1 => Shown(AuthRecords.ReadUser("anna", written)) == Shown(AuthRecords.ReadUser("anna", bytes)),
        2 => Shown(AuthRecords.ReadRole("reader", written)) == Shown(AuthRecords.ReadRole("reader", bytes)),
        _ => bytes.Span.SequenceEqual(written),
    };

    private static string Shown(UserAccount? user) => user is null ? "gone" : $"{user.PasswordHash} {user.NoPassword} {string.Join('\0', user.Roles)}";

    private static string Shown(RoleAccount? role)
    {
        if (role is null)
            return "gone";
        var text = new StringBuilder();
        foreach (var one in role.Permissions)
            text.Append($"{one.Kind} {Convert.ToHexString(one.Range.From.Span)} {(one.Range.End is { } end ? $"to {Convert.ToHexString(end.Span)}" : "")};");
        return text.ToString();
    }
}
