using System.Text;

namespace Lutra.Keyspace.Auth;

/// <summary>
/// The bytes of a change of users and roles: u8 which, then its fields. Byte strings are a varint length and the bytes, ranges and permissions as in
/// <see cref="AuthRecords"/>. Drawn in <c>docs/formats.md</c>.
/// </summary>
internal static class AuthCodec
{
    private enum Change : byte
    {
        Enable = 1,
        Disable = 2,
        AddUser = 3,
        DeleteUser = 4,
        SetPassword = 5,
        GrantRole = 6,
        RevokeRole = 7,
        AddRole = 8,
        DeleteRole = 9,
        GrantPermission = 10,
        RevokePermission = 11,
        GrantToken = 12,
    }

    public static void Write(ByteWriter target, AuthCommand command)
    {
        switch (command)
        {
            case EnableAuthCommand:
                target.Byte((byte)Change.Enable);
                break;
            case DisableAuthCommand:
                target.Byte((byte)Change.Disable);
                break;
            case AddUserCommand add:
                Begin(target, Change.AddUser, add.Name);
                target.Bytes(Encoding.ASCII.GetBytes(add.PasswordHash));
                target.Byte(add.NoPassword ? (byte)1 : (byte)0);
                break;
            case DeleteUserCommand delete:
                Begin(target, Change.DeleteUser, delete.Name);
                break;
            case SetPasswordCommand set:
                Begin(target, Change.SetPassword, set.Name);
                target.Bytes(Encoding.ASCII.GetBytes(set.PasswordHash));
                break;
            case GrantRoleCommand grant:
                Begin(target, Change.GrantRole, grant.User);
                target.Bytes(AuthRecords.ToBytes(grant.Role));
                break;
            case RevokeRoleCommand revoke:
                Begin(target, Change.RevokeRole, revoke.User);
                target.Bytes(AuthRecords.ToBytes(revoke.Role));
                break;
            case AddRoleCommand add:
                Begin(target, Change.AddRole, add.Name);
                break;
            case DeleteRoleCommand delete:
                Begin(target, Change.DeleteRole, delete.Name);
                break;
            case GrantPermissionCommand grant:
                Begin(target, Change.GrantPermission, grant.Role);
                AuthRecords.WritePermission(target, grant.Permission);
                break;
            case RevokePermissionCommand revoke:
                Begin(target, Change.RevokePermission, revoke.Role);
                AuthRecords.WriteRange(target, revoke.Range);
                break;
            case GrantTokenCommand grant:
                Begin(target, Change.GrantToken, grant.User);
                target.Bytes(Encoding.ASCII.GetBytes(grant.Draw));
                target.Varint(grant.AuthRevision);
                break;
            default:
                throw new ArgumentException($"No encoding for {command.GetType().Name}.", nameof(command));
        }
    }

    public static AuthCommand Read(ref ByteReader source)
    {
        var change = (Change)source.Byte();
        switch (change)
        {
            case Change.Enable:
                return new EnableAuthCommand();
            case Change.Disable:
                return new DisableAuthCommand();
        }

        if (change is < Change.AddUser or > Change.GrantToken)
            throw new FormatException($"change {(byte)change} of users is not known");
        var name = Text(ref source);
        switch (change)
        {
            case Change.AddUser:
                var hash = Ascii(ref source);
                var noPassword = source.Byte();
                return noPassword <= 1 ? new AddUserCommand(name, hash, noPassword == 1) : throw new FormatException($"flags {noPassword:x2} are not known");
            case Change.DeleteUser:
                return new DeleteUserCommand(name);
            case Change.SetPassword:
                return new SetPasswordCommand(name, Ascii(ref source));
            case Change.GrantRole:
                return new GrantRoleCommand(name, Text(ref source));
            case Change.RevokeRole:
                return new RevokeRoleCommand(name, Text(ref source));
            case Change.AddRole:
                return new AddRoleCommand(name);
            case Change.DeleteRole:
                return new DeleteRoleCommand(name);
            case Change.GrantPermission:
                return new GrantPermissionCommand(name, AuthRecords.ReadPermission(ref source, copies: false));
            case Change.RevokePermission:
                return new RevokePermissionCommand(name, AuthRecords.ReadRange(ref source, copies: false));
            default:
                return new GrantTokenCommand(name, Ascii(ref source), source.Varint());
        }
    }

    private static void Begin(ByteWriter target, Change change, string name)
    {
        target.Byte((byte)change);
        target.Bytes(AuthRecords.ToBytes(name));
    }

    private static string Text(ref ByteReader source) => AuthRecords.ReadText(source.Bytes().Span);

    private static string Ascii(ref ByteReader source)
    {
        var bytes = source.Bytes().Span;
        return System.Text.Ascii.IsValid(bytes) ? Encoding.ASCII.GetString(bytes) : throw new FormatException("a hash or token holds what is no ASCII");
    }
}
