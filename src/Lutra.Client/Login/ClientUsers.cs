using System.Collections.Immutable;
using Lutra.Client.Retry;

namespace Lutra.Client.Login;

/// <summary>Users and roles at whichever server answers.</summary>
internal sealed class ClientUsers(CallLoop calls) : ILutraUsers
{
    // What was done already a repeat would be refused for.
    public ValueTask<AuthChangeResult> ChangeAsync(AuthChange change, CancellationToken cancellationToken = default) =>
        calls.RunAsync(CallSafety.WriteOnce, (endpoint, stop) => endpoint.Users.ChangeAsync(change, stop), cancellationToken);

    public ValueTask<AuthStatus> StatusAsync(CancellationToken cancellationToken = default) =>
        calls.RunAsync(CallSafety.Read, static (endpoint, stop) => endpoint.Users.StatusAsync(stop), cancellationToken);

    public ValueTask<ImmutableArray<string>> UsersAsync(CancellationToken cancellationToken = default) =>
        calls.RunAsync(CallSafety.Read, static (endpoint, stop) => endpoint.Users.UsersAsync(stop), cancellationToken);

    public ValueTask<UserDescription> UserAsync(string name, CancellationToken cancellationToken = default) =>
        calls.RunAsync(CallSafety.Read, (endpoint, stop) => endpoint.Users.UserAsync(name, stop), cancellationToken);

    public ValueTask<ImmutableArray<string>> RolesAsync(CancellationToken cancellationToken = default) =>
        calls.RunAsync(CallSafety.Read, static (endpoint, stop) => endpoint.Users.RolesAsync(stop), cancellationToken);

    public ValueTask<RoleDescription> RoleAsync(string name, CancellationToken cancellationToken = default) =>
        calls.RunAsync(CallSafety.Read, (endpoint, stop) => endpoint.Users.RoleAsync(name, stop), cancellationToken);

    public ValueTask<string> LoginAsync(string name, string password, CancellationToken cancellationToken = default) =>
        calls.RunAsync(CallSafety.Read, (endpoint, stop) => endpoint.Users.LoginAsync(name, password, stop), cancellationToken);
}
