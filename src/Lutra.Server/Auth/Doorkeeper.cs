using Lutra.Keyspace.Auth;

namespace Lutra.Server.Auth;

/// <summary>
/// Finds out who asks, for all faces of a server: by a token, by a password, by a certificate. Where users are not asked for it does not look.
/// </summary>
internal sealed class Doorkeeper : IDisposable
{
    private readonly AuthOptions options;
    private readonly Jwt? jwt;
    private readonly PasswordMemory passwords;

    /// <exception cref="FormatException">The keys of signed tokens cannot be used.</exception>
    public Doorkeeper(AuthOptions options)
    {
        this.options = options;
        jwt = options.Jwt is { } given ? new Jwt(given, options.Time) : null;
        passwords = new PasswordMemory(options.Time);
    }

    /// <summary>Whether a certificate says who asks.</summary>
    public bool CertificatesNameUsers => options.CertificatesNameUsers;

    /// <summary>
    /// The node as the caller may use it, once it knows which users there are. Throws <see cref="LutraException"/>: invalid token, login failed, unavailable. Who shows nothing is nobody, and may do
    /// nothing that needs a user.
    /// </summary>
    /// <param name="showsData">False: what is asked for tells of the node alone.</param>
    public ValueTask<CallerNode> AdmitAsync(LutraNode node, in Credentials shown, bool showsData, CancellationToken stop)
    {
        return node.HasCaughtUp ? AdmitAsync(node, shown, stop) : LaterAsync(shown);

        async ValueTask<CallerNode> LaterAsync(Credentials credentials)
        {
            await node.CatchUpAsync(showsData, stop);
            return await AdmitAsync(node, credentials, stop);
        }
    }

    private ValueTask<CallerNode> AdmitAsync(LutraNode node, in Credentials shown, CancellationToken stop)
    {
        if (!node.Auth.IsEnabled)
            return new(node.As(Caller.Nobody));
        if (shown.Token is { } token)
            return jwt is not null ? new(node.As(OfSigned(token))) : OfSimpleAsync(node, token, stop);
        if (shown.Name is not null)
            return OfPasswordAsync(node, shown.Name, shown.Password!, stop);
        if (options.CertificatesNameUsers && shown.Certificate is { Length: > 0 } named)
            return new(node.As(Now(), Now));
        return new(node.As(Caller.Nobody));

        Caller Now() => Caller.User(named, node.Auth.Revision);
    }

    /// <summary>A token for who knows the password.</summary>
    public async ValueTask<string> LoginAsync(LutraNode node, string name, string password, CancellationToken stop)
    {
        if (jwt is null)
            return await node.Users.LoginAsync(name, password, stop);
        await node.UpToDateAsync(stop);
        if (!node.Auth.IsEnabled)
            throw new LutraException(LutraError.AuthNotEnabled, "Users are not asked for: nobody needs to log in.");
        if (!jwt.CanSign)
            throw new LutraException(LutraError.LoginFailed, "This node only checks tokens: it has no key to sign one with.");
        return jwt.Sign(name, await node.CheckPasswordAsync(name, password, stop));
    }

    public void Dispose() => jwt?.Dispose();

    private Caller OfSigned(string token) => jwt!.Read(token) is { } read ? Caller.User(read.User, read.AuthRevision) : throw Invalid();

    private static ValueTask<CallerNode> OfSimpleAsync(LutraNode node, string token, CancellationToken stop)
    {
        // Before the look-up: what is changed after it makes the caller's knowledge old, not wrong.
        var revision = node.Auth.Revision;
        return node.UserOfToken(token) is { } user ? new(node.As(Caller.User(user, revision), Again)) : LaterAsync();

        async ValueTask<CallerNode> LaterAsync() => await node.UserOfTokenAsync(token, stop) is not null ? node.As(Again(), Again) : throw Invalid();

        Caller Again()
        {
            var now = node.Auth.Revision;
            return node.UserOfToken(token) is { } still ? Caller.User(still, now) : throw Invalid();
        }
    }

    private async ValueTask<CallerNode> OfPasswordAsync(LutraNode node, string name, string password, CancellationToken stop)
    {
        var caller = await ProveAsync();
        return node.As(caller, Again);

        async ValueTask<Caller> ProveAsync()
        {
            var auth = node.Auth;
            if (IsRemembered(auth))
                return Caller.User(name, auth.Revision);
            var revision = await node.CheckPasswordAsync(name, password, stop);
            if (node.Auth is var now && now.Revision == revision && now.Users.TryGetValue(name, out var user))
                passwords.Remember(name, password, user.PasswordHash);
            return Caller.User(name, revision);
        }

        Caller Again()
        {
            var auth = node.Auth;
            return IsRemembered(auth) ? Caller.User(name, auth.Revision) : throw new LutraException(LutraError.AuthRevisionOld, "Users were changed meanwhile. Nothing was done: ask again.");
        }

        bool IsRemembered(AuthState auth) =>
            auth.Users.TryGetValue(name, out var user) && user is { NoPassword: false, PasswordHash.Length: > 0 } && passwords.IsKnown(name, password, user.PasswordHash);
    }

    private static LutraException Invalid() => new(LutraError.InvalidToken, "The token is unknown or over: log in again.");
}
