using System.Collections.Concurrent;

namespace Lutra.Client.Login;

/// <summary>
/// The tokens that a client has, one for each server. It logs in when it first needs one, and again when it is told that one is over. Safe from many threads: those
/// that wait for the same token ask for it once.
/// </summary>
internal sealed class LoginSession(ClientCredentials credentials)
{
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> tokens = new(StringComparer.Ordinal);

    public ClientCredentials Credentials => credentials;

    /// <summary>The token for a server; null where it asks for no users.</summary>
    /// <param name="login">Asks the server for one; an empty one where it needs none.</param>
    public async ValueTask<string?> TokenAsync(string server, Func<ClientCredentials, Task<string>> login, CancellationToken cancellationToken)
    {
        var token = tokens.GetOrAdd(server, _ => new Lazy<Task<string>>(() => login(credentials)));
        try
        {
            return await token.Value.WaitAsync(cancellationToken) is { Length: > 0 } known ? known : null;
        }
        catch (Exception) when (token.Value.IsFaulted || token.Value.IsCanceled)
        {
            tokens.TryRemove(new(server, token));
            throw;
        }
    }

    /// <summary>The login at a server whose token a call will use, done or under way; null: the call will begin one.</summary>
    public Lazy<Task<string>>? LoginAt(Uri endpoint) => tokens.GetValueOrDefault(ServerOf(endpoint));

    /// <summary>
    /// A server has said that the token of a call is over, or that it asks for users now. Only that one is forgotten: not those of other servers, and not what was
    /// begun meanwhile because the same was said to another call.
    /// </summary>
    /// <param name="used">What <see cref="LoginAt"/> said before the call.</param>
    public void Forget(Uri endpoint, Lazy<Task<string>>? used)
    {
        var server = ServerOf(endpoint);
        if (used is null && tokens.TryGetValue(server, out var begun) && begun is { IsValueCreated: true, Value.IsCompleted: true })
            used = begun;
        if (used is not null)
            tokens.TryRemove(new(server, used));
    }

    /// <summary>What the tokens are kept by: where one logs in.</summary>
    public static string ServerOf(Uri endpoint) => endpoint.AbsoluteUri.TrimEnd('/');

    /// <summary>Whether to log in again may help.</summary>
    public static bool IsOver(LutraError error) => error is LutraError.InvalidToken or LutraError.AuthRevisionOld or LutraError.UserRequired;
}
