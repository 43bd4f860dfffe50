using Lutra.Keyspace.Auth;

namespace Lutra.Cli.Transfer.FromEtcd;

/// <summary>Roles with their permissions, and users with their roles. etcd hands out no passwords: nobody has one afterwards.</summary>
internal sealed class UserCopies(EtcdSource source, ILutraUsers target, CancellationToken cancellationToken)
{
    public int Users { get; private set; }

    public int Roles { get; private set; }

    /// <summary>Why nothing, or not all, was copied; null: all was.</summary>
    public string? Fault { get; private set; }

    public async Task CopyAsync()
    {
        try
        {
            foreach (var name in await source.AskAsync(client => client.Users.RolesAsync(cancellationToken), cancellationToken))
            {
                await MakeAsync(ChangesOf(await source.AskAsync(client => client.Users.RoleAsync(name, cancellationToken), cancellationToken)));
                Roles++;
            }

            foreach (var name in await source.AskAsync(client => client.Users.UsersAsync(cancellationToken), cancellationToken))
            {
                await MakeAsync(ChangesOf(await source.AskAsync(client => client.Users.UserAsync(name, cancellationToken), cancellationToken)));
                Users++;
            }
        }
        catch (LutraException refused)
        {
            Fault = refused.Message.TrimEnd('.');
        }
    }

    /// <summary>What makes such a role. Of root etcd shows from 3.5 on that it may do everything, which is granted to nobody: it is so.</summary>
    internal static IEnumerable<AuthChange> ChangesOf(RoleDescription role) =>
        [new AddRole(role.Name), .. role.Name == AuthState.Root ? [] : role.Permissions.Select(permission => new GrantPermission(role.Name, permission))];

    private static IEnumerable<AuthChange> ChangesOf(UserDescription user) =>
        [new AddUser(user.Name, Unguessable()), .. user.Roles.Select(role => new GrantRole(user.Name, role))];

    // One without a password could never get one: that is what the word means in etcd. This one nobody knows.
    private static string Unguessable() => Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));

    // What is there already, from an earlier attempt, is as good.
    private async Task MakeAsync(IEnumerable<AuthChange> changes)
    {
        foreach (var change in changes)
        {
            try
            {
                await target.ChangeAsync(change, cancellationToken);
            }
            catch (LutraException there) when (there.Error is LutraError.RoleExists or LutraError.UserExists)
            {
                // Said above.
            }
        }
    }
}
