using Lutra.Keyspace.Auth;

namespace Lutra.Keyspace.Tests.Auth;

/// <summary>Users and roles on a keyspace, in few words.</summary>
internal static class AuthBed
{
    /// <summary>bcrypt's published vector for the password "U*U".</summary>
    public const string Hash = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

    public static Caller As(this KeyspaceBed bed, string user) => Caller.User(user, bed.Store.Auth.Revision);

    public static void Change(this KeyspaceBed bed, params AuthCommand[] commands)
    {
        foreach (var command in commands)
            Assert.Null(bed.DoAs(Caller.Inside, command).Refusal);
    }

    public static void AddUser(this KeyspaceBed bed, string name, params string[] roles)
    {
        bed.Change(new AddUserCommand(name, Hash, false));
        foreach (var role in roles)
            bed.Change(new GrantRoleCommand(name, role));
    }

    public static void AddRole(this KeyspaceBed bed, string name, params Permission[] permissions)
    {
        bed.Change(new AddRoleCommand(name));
        foreach (var permission in permissions)
            bed.Change(new GrantPermissionCommand(name, permission));
    }

    public static void Enable(this KeyspaceBed bed)
    {
        bed.AddUser("root", "root");
        bed.Change(new EnableAuthCommand());
    }

    public static Permission Read(string from, string? end = null) => new(PermissionKind.Read, RangeOf(from, end));

    public static Permission Write(string from, string? end = null) => new(PermissionKind.Write, RangeOf(from, end));

    public static Permission Both(string from, string? end = null) => new(PermissionKind.ReadWrite, RangeOf(from, end));

    public static KeyRange RangeOf(string from, string? end) => end is null ? Text.Key(from) : Text.Range(from, end);

    public static LutraError? ErrorOf(AppliedEntry applied) => applied.Refusal?.Error;
}
