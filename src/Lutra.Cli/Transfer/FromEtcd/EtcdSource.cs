using Lutra.Client;
using Lutra.Client.Grpc;
using Lutra.Tls;

namespace Lutra.Cli.Transfer.FromEtcd;

/// <summary>The etcd from which is copied. Whoever gave a name and a password is logged in, and again when the token is void: a long copy outlasts it.</summary>
internal sealed class EtcdSource : IAsyncDisposable
{
    private readonly (string Name, string Password)? user;
    private readonly LutraClient client;
    private volatile string? token;

    /// <param name="user">Null: nobody in particular.</param>
    public EtcdSource(IReadOnlyList<Uri> endpoints, ClientTlsOptions? tls, (string Name, string Password)? user, TimeSpan timeout)
    {
        this.user = user;
        client = new LutraClient(new LutraClientOptions { Endpoints = endpoints, Tls = tls, Timeout = timeout }, new GrpcTransport(tls, () => token));
    }

    public async Task<T> AskAsync<T>(Func<ILutraClient, ValueTask<T>> question, CancellationToken cancellationToken)
    {
        if (user is null)
            return await question(client);
        if (token is null)
            await LoginAsync(cancellationToken);
        try
        {
            return await question(client);
        }
        catch (LutraException refused) when (refused.Error is LutraError.Denied or LutraError.InvalidToken or LutraError.AuthRevisionOld)
        {
            await LoginAsync(cancellationToken);
            return await question(client);
        }
    }

    public ValueTask DisposeAsync() => client.DisposeAsync();

    // Until there is a new token the old one stays: other questions are under way, and none of them shall come with none.
    private async Task LoginAsync(CancellationToken cancellationToken)
    {
        try
        {
            token = await client.Users.LoginAsync(user!.Value.Name, user.Value.Password, cancellationToken);
        }
        catch (LutraException needless) when (needless.Error == LutraError.AuthNotEnabled)
        {
            throw new LutraException(LutraError.InvalidArgument, "etcd asks for no users: leave --from-user out.", needless);
        }
        catch (LutraException refused)
        {
            throw new LutraException(refused.Error, $"Nobody could be logged in to etcd: {refused.Message}", refused);
        }
    }
}
