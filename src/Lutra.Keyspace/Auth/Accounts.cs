using System.Collections.Immutable;

namespace Lutra.Keyspace.Auth;

/// <param name="PasswordHash">bcrypt, as etcd writes it; empty where there is none.</param>
/// <param name="NoPassword">Nobody logs in as this user by a password.</param>
/// <param name="Roles">In the order of <see cref="NameOrder"/>, each once. There may be one, <c>root</c>, that no role goes by.</param>
public sealed record UserAccount(string Name, string PasswordHash, bool NoPassword, ImmutableArray<string> Roles)
{
    public bool IsRoot => Has(AuthState.Root);

    public bool Has(string role) => Roles.BinarySearch(role, NameOrder.Instance) >= 0;

    /// <summary>Shows no hash.</summary>
    public override string ToString() => Name;
}

/// <param name="Permissions">In the order of their keys, then their ends (a single key first, the end of the store as one zero byte); no range twice.</param>
public sealed record RoleAccount(string Name, ImmutableArray<Permission> Permissions);
