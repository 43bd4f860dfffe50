using Lutra.Keyspace.Commands;

namespace Lutra.Keyspace.Auth;

/// <summary>A change of users and roles. Passwords come as their bcrypt hashes: the log never holds one.</summary>
public abstract record AuthCommand : Command;

public sealed record EnableAuthCommand : AuthCommand;

public sealed record DisableAuthCommand : AuthCommand;

/// <param name="PasswordHash">Empty where the user has no password.</param>
/// <param name="NoPassword">Nobody logs in as this user by a password.</param>
public sealed record AddUserCommand(string Name, string PasswordHash, bool NoPassword) : AuthCommand;

public sealed record DeleteUserCommand(string Name) : AuthCommand;

public sealed record SetPasswordCommand(string Name, string PasswordHash) : AuthCommand;

public sealed record GrantRoleCommand(string User, string Role) : AuthCommand;

public sealed record RevokeRoleCommand(string User, string Role) : AuthCommand;

public sealed record AddRoleCommand(string Name) : AuthCommand;

public sealed record DeleteRoleCommand(string Name) : AuthCommand;

public sealed record GrantPermissionCommand(string Role, Permission Permission) : AuthCommand;

public sealed record RevokePermissionCommand(string Role, KeyRange Range) : AuthCommand;

/// <summary>
/// The user's password was seen to be right as of <paramref name="AuthRevision"/>: every node is to know the token made of <paramref name="Draw"/> and the
/// entry's index. Void where users or roles were changed since: the password may be another now.
/// </summary>
/// <param name="Draw">Letters that nobody can guess.</param>
public sealed record GrantTokenCommand(string User, string Draw, ulong AuthRevision) : AuthCommand;
