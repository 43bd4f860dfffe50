using System.Collections.Immutable;
using System.Text;
using Lutra.Keyspace.Auth;

namespace Lutra.Keyspace.Snapshots.Etcd;

/// <summary>A user as etcd's files have it, <c>authpb.User</c>: name, hash of the password, roles, and whether it has no password.</summary>
internal static class EtcdUser
{
    private const int NameField = 1, PasswordField = 2, RoleField = 3, OptionsField = 4, NoPasswordField = 1;

    public static void Write(ByteWriter target, UserAccount user)
    {
        EtcdMessage.Bytes(target, NameField, AuthRecords.ToBytes(user.Name));
        EtcdMessage.Bytes(target, PasswordField, Encoding.ASCII.GetBytes(user.PasswordHash));
        foreach (var role in user.Roles)
            EtcdMessage.Element(target, RoleField, AuthRecords.ToBytes(role));
        var options = new ByteWriter();
        EtcdMessage.Number(options, NoPasswordField, user.NoPassword ? 1 : 0);
        EtcdMessage.Element(target, OptionsField, options.Written);
    }

    /// <exception cref="FormatException">It is no user.</exception>
    public static UserAccount Read(ReadOnlySpan<byte> key, ReadOnlyMemory<byte> value)
    {
        var (name, password, noPassword) = ("", "", false);
        var roles = ImmutableArray.CreateBuilder<string>();
        var message = new EtcdMessageReader(value);
        while (message.Next() is not 0 and var field)
        {
            switch (field)
            {
                case NameField:
                    name = AuthRecords.ReadText(message.Bytes().Span);
                    break;
                case PasswordField:
                    password = AuthRecords.ReadText(message.Bytes().Span);
                    break;
                case RoleField:
                    if (roles.Count == KeyspaceLimits.RolesOfUserMax)
                        throw new FormatException($"a user has more than {KeyspaceLimits.RolesOfUserMax} roles");
                    roles.Add(AuthRecords.ReadText(message.Bytes().Span));
                    break;
                case OptionsField:
                    noPassword = ReadOptions(message.Bytes());
                    break;
                default:
                    message.Skip();
                    break;
            }
        }
        return AuthRecords.ReadText(key) == name
            ? new UserAccount(name, password, noPassword, roles.ToImmutable())
            : throw new FormatException("a user has another name than its place");
    }

    private static bool ReadOptions(ReadOnlyMemory<byte> options)
    {
        var noPassword = false;
        var message = new EtcdMessageReader(options);
        while (message.Next() is not 0 and var field)
        {
            if (field == NoPasswordField)
                noPassword = message.Number() != 0;
            else
                message.Skip();
        }
        return noPassword;
    }
}
