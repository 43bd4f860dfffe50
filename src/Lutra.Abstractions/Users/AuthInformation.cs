using System.Collections.Immutable;

namespace Lutra;

/// <summary>Whether users are asked for.</summary>
/// <param name="AuthRevision">How often users and roles were changed, from 1 on.</param>
public sealed record AuthStatus(bool IsEnabled, ulong AuthRevision);

/// <param name="Roles">In the order of their names.</param>
public sealed record UserDescription(string Name, ImmutableArray<string> Roles);

/// <param name="Permissions">In the order of their keys.</param>
public sealed record RoleDescription(string Name, ImmutableArray<Permission> Permissions);

/// <summary>A change of users and roles was done.</summary>
/// <param name="Revision">Of the store: such a change uses none.</param>
public sealed record AuthChangeResult(Revision Revision) : OperationResult(Revision);

/// <summary>Proves who somebody is, until it is void.</summary>
public sealed record GrantTokenResult(Revision Revision, string Token) : OperationResult(Revision)
{
    /// <summary>Shows no token.</summary>
    public override string ToString() => nameof(GrantTokenResult);
}
