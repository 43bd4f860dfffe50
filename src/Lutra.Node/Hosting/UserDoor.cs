using System.Security.Cryptography;
using Lutra.Keyspace;
using Lutra.Keyspace.Auth;
using Lutra.Node.Loop;

namespace Lutra.Node.Hosting;

/// <summary>Where changes of users and roles enter the node, and where passwords and tokens are checked.</summary>
internal sealed class UserDoor(NodeLoop loop, LutraNodeOptions options, WriteDoor writes, ReadDoor reads) : IDisposable
{
    private const int TriesMax = 8;
    private const int DrawnLetters = 16;
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private readonly PasswordHashing passwords = new(options.BcryptCost);

    /// <summary>As readers of this node see it now.</summary>
    public AuthState State => loop.Replica?.Keyspace.Auth ?? AuthState.Initial;

    public async ValueTask<AuthChangeResult> ChangeAsync(AuthChange change, Caller caller, CancellationToken cancellationToken)
    {
        // Who may not change users shall not make this node work either; what counts is decided when it is applied.
        if (State.CheckRoot(caller) is { } refused)
            throw new LutraException(refused.Error, refused.Message);
        var command = await CommandOfAsync(change, cancellationToken);
        await writes.AgreedAsync(KeyspaceLimits.AuthFeatureLevel, cancellationToken);
        return (AuthChangeResult)await writes.Write(command, default, caller).AsTask().WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Returns the auth revision as of which the password is right; throws <see cref="LutraException"/>: login failed. Takes as long for a user that is not there.
    /// </summary>
    public async ValueTask<ulong> CheckPasswordAsync(string name, string password, CancellationToken cancellationToken)
    {
        var state = State;
        var user = state.Users.GetValueOrDefault(name);
        var isRight = await passwords.VerifyAsync(password, user is { NoPassword: false } ? user.PasswordHash : null, cancellationToken);
        return isRight ? state.Revision : throw new LutraException(LutraError.LoginFailed, "There is no such user, or the password is another.");
    }

    /// <summary>A token that every node will know, for who knows the password.</summary>
    public async ValueTask<string> LoginAsync(string name, string password, CancellationToken cancellationToken)
    {
        await reads.UpToDate().AsTask().WaitAsync(cancellationToken);
        for (var tries = 1; ; tries++)
        {
            if (!State.IsEnabled)
                throw new LutraException(LutraError.AuthNotEnabled, "Users are not asked for: nobody needs to log in.");
            var seen = await CheckPasswordAsync(name, password, cancellationToken);
            try
            {
                var command = new GrantTokenCommand(name, RandomNumberGenerator.GetString(Letters, DrawnLetters), seen);
                return ((GrantTokenResult)await writes.Write(command, default, Caller.Inside).AsTask().WaitAsync(cancellationToken)).Token;
            }
            catch (LutraException changed) when (changed.Error == LutraError.AuthRevisionOld && tries < TriesMax)
            {
                // Users were changed while the password was checked: it may be another now.
            }
        }
    }

    /// <summary>Whose token it is; null where it is unknown or over.</summary>
    public async ValueTask<string?> UserOfAsync(string token, CancellationToken cancellationToken)
    {
        if (loop.Replica is not { } replica)
            throw new LutraException(LutraError.Unavailable, "This node does not belong to a cluster yet.");
        if (replica.Tokens.Use(token) is { } user)
            return user;

        // Behind the point stands the entry that granted it. One that this node has not come to yet may be on its way here; one that it has come to by now came after
        // the first look.
        if (token.Length > 128 || !ulong.TryParse(token.AsSpan(token.LastIndexOf('.') + 1), out var index))
            return null;
        if (index > replica.Keyspace.Applied.Index.Value)
            await reads.UpToDate().AsTask().WaitAsync(cancellationToken);
        return replica.Tokens.Use(token);
    }

    /// <summary>The same, where it is known already.</summary>
    public string? UserOf(string token) => loop.Replica?.Tokens.Use(token);

    public void Dispose() => passwords.Dispose();

    private async ValueTask<AuthCommand> CommandOfAsync(AuthChange change, CancellationToken cancellationToken) => change switch
    {
        EnableAuth => new EnableAuthCommand(),
        DisableAuth => new DisableAuthCommand(),
        AddUser { Password: null } add => new AddUserCommand(add.Name, "", NoPassword: true),
        AddUser add => new AddUserCommand(add.Name, await passwords.HashAsync(add.Password, cancellationToken), NoPassword: false),
        DeleteUser delete => new DeleteUserCommand(delete.Name),
        SetPassword { Password: "" } set => new SetPasswordCommand(set.Name, ""),
        SetPassword set => new SetPasswordCommand(set.Name, await passwords.HashAsync(set.Password, cancellationToken)),
        SetPasswordHash set => new SetPasswordCommand(set.Name, set.PasswordHash),
        GrantRole grant => new GrantRoleCommand(grant.User, grant.Role),
        RevokeRole revoke => new RevokeRoleCommand(revoke.User, revoke.Role),
        AddRole add => new AddRoleCommand(add.Name),
        DeleteRole delete => new DeleteRoleCommand(delete.Name),
        GrantPermission grant => new GrantPermissionCommand(grant.Role, grant.Permission),
        RevokePermission revoke => new RevokePermissionCommand(revoke.Role, revoke.Range),
        _ => throw new LutraException(LutraError.InvalidArgument, $"{change} is no change of users and roles that this node knows."),
    };
}
