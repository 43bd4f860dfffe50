using System.Collections.Immutable;

namespace Lutra;

/// <summary>
/// Users, roles, and whether they are asked for. Safe from many threads at once. Failures are <see cref="LutraException"/>s;
/// while users are asked for, changes and lists need the role <c>root</c>.
/// </summary>
public interface ILutraUsers
{
    ValueTask<AuthChangeResult> ChangeAsync(AuthChange change, CancellationToken cancellationToken = default);

    ValueTask<AuthStatus> StatusAsync(CancellationToken cancellationToken = default);

    /// <summary>The names of all users, in the order of their bytes.</summary>
    ValueTask<ImmutableArray<string>> UsersAsync(CancellationToken cancellationToken = default);

    /// <summary>A user may look at itself.</summary>
    ValueTask<UserDescription> UserAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>The names of all roles, in the order of their bytes.</summary>
    ValueTask<ImmutableArray<string>> RolesAsync(CancellationToken cancellationToken = default);

    /// <summary>Who has a role may look at it.</summary>
    ValueTask<RoleDescription> RoleAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Proves who somebody is by a password; the token then stands for both, until it is void.</summary>
    ValueTask<string> LoginAsync(string name, string password, CancellationToken cancellationToken = default);
}
