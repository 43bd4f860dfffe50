namespace Lutra;

/// <summary>
/// A change of who may do what. Users have roles, roles have permissions. Whoever has the role <c>root</c> may do everything, such changes included.
/// </summary>
public abstract record AuthChange;

/// <summary>From now on every call needs a user, and the rights for it. There must be a user <c>root</c> who has the role <c>root</c>.</summary>
public sealed record EnableAuth : AuthChange;

/// <summary>From now on everybody may do everything again. Tokens are void.</summary>
public sealed record DisableAuth : AuthChange;

/// <param name="Password">Null: the user has none and logs in by other means, such as a certificate. At most 72 bytes.</param>
public sealed record AddUser(string Name, string? Password) : AuthChange
{
    /// <summary>Shows no password.</summary>
    public override string ToString() => $"AddUser {Name}";
}

public sealed record DeleteUser(string Name) : AuthChange;

/// <summary>Sets a password anew; tokens of the user are void. An empty one: nobody logs in by a password any more.</summary>
public sealed record SetPassword(string Name, string Password) : AuthChange
{
    /// <summary>Shows no password.</summary>
    public override string ToString() => $"SetPassword {Name}";
}

/// <summary>The same, by the password's bcrypt hash: for who moves users from elsewhere.</summary>
public sealed record SetPasswordHash(string Name, string PasswordHash) : AuthChange
{
    /// <summary>Shows no hash.</summary>
    public override string ToString() => $"SetPasswordHash {Name}";
}

public sealed record GrantRole(string User, string Role) : AuthChange;

public sealed record RevokeRole(string User, string Role) : AuthChange;

public sealed record AddRole(string Name) : AuthChange;

/// <summary>Takes it from all who have it, too.</summary>
public sealed record DeleteRole(string Name) : AuthChange;

/// <summary>Where the role has a permission for exactly this range, its kind is replaced.</summary>
public sealed record GrantPermission(string Role, Permission Permission) : AuthChange;

/// <param name="Range">Exactly as it was granted.</param>
public sealed record RevokePermission(string Role, KeyRange Range) : AuthChange;
