using System.Text;
using System.Text.RegularExpressions;

namespace Lutra.Keyspace.Auth;

/// <summary>What can be said of a change of users and roles without any state. Pure.</summary>
public static partial class AuthRules
{
    /// <summary>What bcrypt makes: a cost of two digits, then 53 letters of its own base64.</summary>
    [GeneratedRegex(@"\A\$2[aby]\$(0[4-9]|[12][0-9]|3[01])\$[./A-Za-z0-9]{53}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Hash { get; }

    /// <summary>Null where the change may go into the log, else why not.</summary>
    public static Refusal? Check(AuthCommand command) => command switch
    {
        AddUserCommand { NoPassword: true, PasswordHash.Length: > 0 } => Invalid("A user without password has no hash of one."),
        AddUserCommand { NoPassword: false } add when !IsHash(add.PasswordHash) => Invalid("A user's password comes as its bcrypt hash."),
        AddUserCommand add => CheckName("user", add.Name),
        DeleteUserCommand delete => CheckName("user", delete.Name),
        SetPasswordCommand set when set.PasswordHash.Length > 0 && !IsHash(set.PasswordHash) => Invalid("A user's password comes as its bcrypt hash."),
        SetPasswordCommand set => CheckName("user", set.Name),
        GrantRoleCommand grant => CheckName("user", grant.User) ?? CheckName("role", grant.Role),
        RevokeRoleCommand revoke => CheckName("user", revoke.User) ?? CheckName("role", revoke.Role),
        AddRoleCommand add => CheckName("role", add.Name),
        DeleteRoleCommand delete => CheckName("role", delete.Name),
        GrantPermissionCommand grant => CheckName("role", grant.Role) ?? CheckPermission(grant.Permission),
        RevokePermissionCommand revoke => CheckName("role", revoke.Role) ?? CheckLengths(revoke.Range),
        GrantTokenCommand grant => CheckName("user", grant.User)
            ?? (grant.Draw.Length is >= 8 and <= 64 && grant.Draw.All(char.IsAsciiLetterOrDigit) ? null : Invalid("A token is made of 8 to 64 letters and digits.")),
        _ => null,
    };

    /// <summary>Whether a user or role may be called so.</summary>
    public static bool IsName(string name) => CheckName("user", name) is null;

    /// <summary>Whether bcrypt makes such text: <c>$2a$10$</c>, 22 of salt, 31 of hash.</summary>
    public static bool IsHash(string text) => Hash.IsMatch(text);

    /// <summary>etcd's rule: it begins with a key, and ends after it.</summary>
    public static Refusal? CheckPermission(Permission permission)
    {
        if (permission.Kind is < PermissionKind.Read or > PermissionKind.ReadWrite)
            return Invalid($"A permission is to read, to write or both, not {(int)permission.Kind}.");
        var range = permission.Range;
        if (range.From.IsEmpty)
            return new Refusal(LutraError.AuthChangeRefused, "A permission's range begins with a key of at least one byte.");
        if (range.End is { IsEmpty: false } end && end.Span.SequenceCompareTo(range.From.Span) <= 0)
            return new Refusal(LutraError.AuthChangeRefused, "A permission's range ends after the key with which it begins.");
        return CheckLengths(range);
    }

    /// <summary>In which order a role keeps ranges: by key, then by etcd's way of writing the end.</summary>
    public static int Compare(KeyRange left, KeyRange right)
    {
        var byKey = left.From.Span.SequenceCompareTo(right.From.Span);
        return byKey != 0 ? byKey : EndOf(left).SequenceCompareTo(EndOf(right));
    }

    // None: nothing. The end of the store: one zero byte, which ends no other range, since it would have to be above a key.
    private static ReadOnlySpan<byte> EndOf(KeyRange range) => range.End is not { } end ? [] : end.IsEmpty ? [0] : end.Span;

    private static Refusal? CheckLengths(KeyRange range) =>
        range.From.Length <= KeyspaceLimits.KeyBytesMax && range.End is not { Length: > KeyspaceLimits.KeyBytesMax }
            ? null
            : new Refusal(LutraError.TooLarge, $"A key has at most {KeyspaceLimits.KeyBytesMax} bytes.");

    private static Refusal? CheckName(string what, string name)
    {
        if (name.Length == 0)
            return Invalid($"A {what} has a name.");
        if (name.Length > KeyspaceLimits.AuthNameBytesMax || Encoding.UTF8.GetByteCount(name) > KeyspaceLimits.AuthNameBytesMax)
            return new Refusal(LutraError.TooLarge, $"The name of a {what} has at most {KeyspaceLimits.AuthNameBytesMax} bytes.");
        return IsText(name) ? null : Invalid($"The name of a {what} is no text.");
    }

    private static bool IsText(string name)
    {
        for (var at = 0; at < name.Length; at++)
        {
            if (!char.IsSurrogate(name[at]))
                continue;
            if (!char.IsHighSurrogate(name[at]) || at + 1 == name.Length || !char.IsLowSurrogate(name[++at]))
                return false;
        }

        return true;
    }

    private static Refusal Invalid(string message) => new(LutraError.InvalidArgument, message);
}
