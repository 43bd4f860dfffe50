using System.Collections.Immutable;
using Lutra.Keyspace.Auth;

namespace Lutra;

/// <summary>Users and roles of a node, as one caller may see and change them. What is read is as of when it was asked for, or later.</summary>
internal sealed class CallerUsers(LutraNode node, CallerNode callerNode) : ILutraUsers
{
    private Caller Who => callerNode.Caller;

    public ValueTask<AuthChangeResult> ChangeAsync(AuthChange change, CancellationToken cancellationToken = default) =>
        callerNode.RepeatAsync(who => node.UserDoor.ChangeAsync(change, who, cancellationToken));

    public async ValueTask<AuthStatus> StatusAsync(CancellationToken cancellationToken = default)
    {
        await node.UpToDateAsync(cancellationToken);
        return new AuthStatus(node.Auth.IsEnabled, node.Auth.Revision);
    }

    public async ValueTask<ImmutableArray<string>> UsersAsync(CancellationToken cancellationToken = default)
    {
        await node.UpToDateAsync(cancellationToken);
        var auth = node.Auth;
        CallerNode.ThrowIf(auth.CheckRoot(Who));
        return [.. auth.Users.Keys];
    }

    public async ValueTask<UserDescription> UserAsync(string name, CancellationToken cancellationToken = default)
    {
        await node.UpToDateAsync(cancellationToken);
        var auth = node.Auth;
        CallerNode.ThrowIf(auth.CheckLookAtUser(Who, name));
        return auth.Users.TryGetValue(name, out var user)
            ? new UserDescription(user.Name, user.Roles)
            : throw new LutraException(LutraError.UserNotFound, $"There is no user {name}.");
    }

    public async ValueTask<ImmutableArray<string>> RolesAsync(CancellationToken cancellationToken = default)
    {
        await node.UpToDateAsync(cancellationToken);
        var auth = node.Auth;
        CallerNode.ThrowIf(auth.CheckRoot(Who));
        return [.. auth.Roles.Keys];
    }

    // The role root may do everything, whatever it was granted.
    public async ValueTask<RoleDescription> RoleAsync(string name, CancellationToken cancellationToken = default)
    {
        await node.UpToDateAsync(cancellationToken);
        var auth = node.Auth;
        CallerNode.ThrowIf(auth.CheckLookAtRole(Who, name));
        if (!auth.Roles.TryGetValue(name, out var role))
            throw new LutraException(LutraError.RoleNotFound, $"There is no role {name}.");
        return new RoleDescription(role.Name, name == AuthState.Root ? [new Permission(PermissionKind.ReadWrite, Permission.Everything)] : role.Permissions);
    }

    public ValueTask<string> LoginAsync(string name, string password, CancellationToken cancellationToken = default) =>
        node.UserDoor.LoginAsync(name, password, cancellationToken);
}
