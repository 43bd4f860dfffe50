using System.Collections.Immutable;
using Lutra.Keyspace.Auth;

namespace Lutra.Keyspace.Snapshots.Etcd;

/// <summary>
/// A role as etcd's files have it, <c>authpb.Role</c>: name, and permissions of a kind (0 read, 1 write, 2 both), a key and an end, which is empty for one key and one
/// zero byte for the end of the store.
/// </summary>
internal static class EtcdRole
{
    private const int NameField = 1, PermissionField = 2, KindField = 1, KeyField = 2, EndField = 3;

    private static ReadOnlySpan<byte> EndOfStore => [0];

    public static void Write(ByteWriter target, RoleAccount role)
    {
        EtcdMessage.Bytes(target, NameField, AuthRecords.ToBytes(role.Name));
        var one = new ByteWriter();
        foreach (var permission in role.Permissions)
        {
            one.Clear();
            EtcdMessage.Number(one, KindField, (long)permission.Kind);
            EtcdMessage.Bytes(one, KeyField, permission.Range.From.Span);
            if (permission.Range.End is { } end)
                EtcdMessage.Bytes(one, EndField, end.IsEmpty ? EndOfStore : end.Span);
            EtcdMessage.Element(target, PermissionField, one.Written);
        }
    }

    /// <exception cref="FormatException">It is no role.</exception>
    public static RoleAccount Read(ReadOnlySpan<byte> key, ReadOnlyMemory<byte> value)
    {
        var name = "";
        var permissions = ImmutableArray.CreateBuilder<Permission>();
        var message = new EtcdMessageReader(value);
        while (message.Next() is not 0 and var field)
        {
            switch (field)
            {
                case NameField:
                    name = AuthRecords.ReadText(message.Bytes().Span);
                    break;
                case PermissionField:
                    if (permissions.Count == KeyspaceLimits.PermissionsOfRoleMax)
                        throw new FormatException($"a role has more than {KeyspaceLimits.PermissionsOfRoleMax} permissions");
                    permissions.Add(ReadPermission(message.Bytes()));
                    break;
                default:
                    message.Skip();
                    break;
            }
        }
        if (AuthRecords.ReadText(key) != name)
            throw new FormatException("a role has another name than its place");

        // etcd keeps one for each range; of two it would not be known which counts.
        permissions.Sort((left, right) => AuthRules.Compare(left.Range, right.Range));
        for (var at = 1; at < permissions.Count; at++)
        {
            if (AuthRules.Compare(permissions[at - 1].Range, permissions[at].Range) == 0)
                throw new FormatException($"the role {name} has two permissions for one range");
        }
        return new RoleAccount(name, permissions.ToImmutable());
    }

    private static Permission ReadPermission(ReadOnlyMemory<byte> permission)
    {
        var kind = 0L;
        ReadOnlyMemory<byte> key = default, end = default;
        var message = new EtcdMessageReader(permission);
        while (message.Next() is not 0 and var field)
        {
            switch (field)
            {
                case KindField:
                    kind = message.Number();
                    break;
                case KeyField:
                    key = message.Bytes();
                    break;
                case EndField:
                    end = message.Bytes();
                    break;
                default:
                    message.Skip();
                    break;
            }
        }
        if (kind is < 0 or > (long)PermissionKind.ReadWrite)
            throw new FormatException("a permission is of a kind that is not known");
        var range = end.IsEmpty ? KeyRange.Single(key.ToArray())
            : end.Span.SequenceEqual(EndOfStore) ? new KeyRange(key.ToArray(), ReadOnlyMemory<byte>.Empty)
            : new KeyRange(key.ToArray(), end.ToArray());
        return new Permission((PermissionKind)kind, range);
    }
}
