namespace Lutra.Protocol;

/// <param name="Enabled">Whether users are asked for.</param>
/// <param name="AuthRevision">How often users and roles were changed, from 1 on.</param>
public sealed record AuthReply(bool Enabled, ulong AuthRevision);

/// <summary>Who wants a token.</summary>
public sealed record LoginBody
{
    public required string Name { get; init; }

    public required string Password { get; init; }
}

/// <summary>Goes with later requests: <c>Authorization: Bearer …</c>.</summary>
public sealed record TokenReply(string Token);

/// <summary>A user to add: with a password, or with <c>no_password</c>.</summary>
public sealed record UserBody
{
    public required string Name { get; init; }

    public string? Password { get; init; }

    /// <summary>Nobody logs in as this user by a password.</summary>
    public bool NoPassword { get; init; }
}

/// <summary>A password to set.</summary>
public sealed record PasswordBody
{
    public required string Password { get; init; }
}

public sealed record UserReply(string Name, IReadOnlyList<string> Roles);

public sealed record UsersReply(IReadOnlyList<string> Users);

/// <summary>A role to add.</summary>
public sealed record RoleBody
{
    public required string Name { get; init; }
}

public sealed record RoleReply(string Name, IReadOnlyList<PermissionBody> Permissions);

public sealed record RolesReply(IReadOnlyList<string> Roles);

/// <summary>What may be done (<c>"read"</c>, <c>"write"</c>, <c>"readwrite"</c>) with which keys.</summary>
public sealed record PermissionBody : RangeBody
{
    public required string Kind { get; init; }
}

/// <summary>How kinds of permissions are called on the wire.</summary>
public static class PermissionNames
{
    public const string Read = "read";
    public const string Write = "write";
    public const string ReadWrite = "readwrite";
}

/// <param name="Revision">Of the store: a change of users uses none.</param>
public sealed record AuthChangeReply(long Revision)
{
    /// <summary>For clients that only look whether it went well.</summary>
    public bool Success { get; init; } = true;
}
