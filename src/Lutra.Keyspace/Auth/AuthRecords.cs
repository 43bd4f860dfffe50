using System.Collections.Immutable;
using System.Text;

namespace Lutra.Keyspace.Auth;

/// <summary>
/// Users and roles as the tables hold them. Their sum: u8 1, u8 whether users are asked for (1) or not (0), varint auth revision. A user: u8 1, u8 whether it has no
/// password (1) or may have one (0), its hash, varint count of roles, each role's name. A role: u8 1, varint count of permissions, each u8 kind (0 read, 1 write,
/// 2 both), u8 whether an end follows, key, end. One that is gone: u8 2. Byte strings are a varint length and the bytes.
/// </summary>
internal static class AuthRecords
{
    private const byte There = 1, Gone = 2;

    // Two bytes, and a byte string of one byte.
    private const int PermissionBytesMin = 4, NameBytesMin = 2;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static ReadOnlySpan<byte> GoneRecord => [Gone];

    public static bool IsGone(ReadOnlySpan<byte> value) => value is [Gone];

    public static byte[] KeyOf(byte space, string name) => [space, .. StrictUtf8.GetBytes(name)];

    /// <summary>Throws <see cref="FormatException"/> for what no keyspace has written; so do the others.</summary>
    public static string NameOf(ReadOnlySpan<byte> tableKey)
    {
        var name = ReadText(tableKey[1..]);
        return AuthRules.IsName(name) ? name : throw new FormatException("a user or role has no name, or one that is too long");
    }

    public static void WriteSum(ByteWriter target, bool isEnabled, ulong revision)
    {
        target.Byte(There);
        target.Byte(isEnabled ? (byte)1 : (byte)0);
        target.Varint(revision);
    }

    public static (bool IsEnabled, ulong Revision) ReadSum(ReadOnlyMemory<byte> bytes)
    {
        var source = new ByteReader(bytes);
        Expect(source.Byte() == There, "what users and roles come to has another layout");
        var enabled = source.Byte();
        Expect(enabled <= 1, "whether users are asked for is not said");
        var revision = source.Varint();
        Expect(revision >= 1, "auth revisions begin at 1");
        source.ExpectEnd();
        return (enabled == 1, revision);
    }

    public static void Write(ByteWriter target, UserAccount user)
    {
        target.Byte(There);
        target.Byte(user.NoPassword ? (byte)1 : (byte)0);
        target.Bytes(Encoding.ASCII.GetBytes(user.PasswordHash));
        target.Varint((ulong)user.Roles.Length);
        foreach (var role in user.Roles)
            target.Bytes(StrictUtf8.GetBytes(role));
    }

    /// <summary>Null: it is gone.</summary>
    public static UserAccount? ReadUser(string name, ReadOnlyMemory<byte> bytes)
    {
        if (IsGone(bytes.Span))
            return null;
        var source = new ByteReader(bytes);
        Expect(source.Byte() == There, "a user has another layout");
        var noPassword = source.Byte();
        Expect(noPassword <= 1, "a user has flags that are not known");
        var hash = Encoding.ASCII.GetString(source.Bytes().Span);
        Expect(AuthRules.IsHash(hash) || hash.Length == 0, "a user has no hash that bcrypt makes");
        var roles = ImmutableArray.CreateBuilder<string>(source.Count(NameBytesMin));
        Expect(roles.Capacity <= KeyspaceLimits.RolesOfUserMax, "a user has too many roles");
        for (var left = roles.Capacity; left > 0; left--)
        {
            var role = ReadText(source.Bytes().Span);
            Expect(AuthRules.IsName(role), "a user's role has no name");
            Expect(roles.Count == 0 || NameOrder.Instance.Compare(roles[^1], role) < 0, "a user's roles are not in order");
            roles.Add(role);
        }

        source.ExpectEnd();
        return new UserAccount(name, hash, noPassword == 1, roles.MoveToImmutable());
    }

    public static void Write(ByteWriter target, RoleAccount role)
    {
        target.Byte(There);
        target.Varint((ulong)role.Permissions.Length);
        foreach (var permission in role.Permissions)
            WritePermission(target, permission);
    }

    /// <summary>Null: it is gone.</summary>
    public static RoleAccount? ReadRole(string name, ReadOnlyMemory<byte> bytes)
    {
        if (IsGone(bytes.Span))
            return null;
        var source = new ByteReader(bytes);
        Expect(source.Byte() == There, "a role has another layout");
        var permissions = ImmutableArray.CreateBuilder<Permission>(source.Count(PermissionBytesMin));
        Expect(permissions.Capacity <= KeyspaceLimits.PermissionsOfRoleMax, "a role has too many permissions");
        for (var left = permissions.Capacity; left > 0; left--)
        {
            var permission = ReadPermission(ref source, copies: true);
            Expect(AuthRules.CheckPermission(permission) is null, "a role has a permission for no range");
            Expect(permissions.Count == 0 || AuthRules.Compare(permissions[^1].Range, permission.Range) < 0, "a role's permissions are not in order");
            permissions.Add(permission);
        }

        source.ExpectEnd();
        return new RoleAccount(name, permissions.MoveToImmutable());
    }

    public static void WritePermission(ByteWriter target, Permission permission)
    {
        target.Byte((byte)permission.Kind);
        WriteRange(target, permission.Range);
    }

    public static Permission ReadPermission(ref ByteReader source, bool copies)
    {
        var kind = source.Byte();
        Expect(kind <= (byte)PermissionKind.ReadWrite, "a permission is of a kind that is not known");
        return new Permission((PermissionKind)kind, ReadRange(ref source, copies));
    }

    public static void WriteRange(ByteWriter target, KeyRange range)
    {
        target.Byte(range.IsSingleKey ? (byte)0 : (byte)1);
        target.Bytes(range.From.Span);
        if (range.End is { } end)
            target.Bytes(end.Span);
    }

    /// <param name="copies">Whether the bytes outlast those that are read.</param>
    public static KeyRange ReadRange(ref ByteReader source, bool copies)
    {
        var hasEnd = source.Byte();
        Expect(hasEnd <= 1, "a range has flags that are not known");
        var from = source.Bytes();

        // Not "… : null": null would become an empty end, which is the end of the store.
        ReadOnlyMemory<byte>? end = hasEnd == 1 ? source.Bytes() : (ReadOnlyMemory<byte>?)null;
        return copies ? Copy(new KeyRange(from, end)) : new KeyRange(from, end);
    }

    /// <summary>The same range, in bytes of its own.</summary>
    public static KeyRange Copy(KeyRange range) => range.End is { } end
        ? new KeyRange(range.From.ToArray(), end.ToArray())
        : KeyRange.Single(range.From.ToArray());

    public static string ReadText(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            throw new FormatException("a name is not UTF-8", exception);
        }
    }

    public static byte[] ToBytes(string text) => StrictUtf8.GetBytes(text);

    private static void Expect(bool holds, string fault)
    {
        if (!holds)
            throw new FormatException(fault);
    }
}
