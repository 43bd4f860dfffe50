using Google.Protobuf;
using Lutra.Client;
using Lutra.Client.Grpc;
using Lutra.Tls;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Cli.Transfer.FromEtcd;

/// <summary>The etcd from which is copied. Whoever gave a name and a password is logged in, and again when the token is void: a long copy outlasts it.</summary>
internal sealed class EtcdSource : IAsyncDisposable
{
    private readonly IReadOnlyList<Uri> endpoints;
    private readonly ClientTlsOptions? tls;
    private readonly (string Name, string Password)? user;
    private readonly LutraClient client;
    private string? token;

    /// <param name="user">Null: nobody in particular.</param>
    public EtcdSource(IReadOnlyList<Uri> endpoints, ClientTlsOptions? tls, (string Name, string Password)? user, TimeSpan timeout)
    {
        (this.endpoints, this.tls, this.user) = (endpoints, tls, user);
        client = new LutraClient(new LutraClientOptions { Endpoints = endpoints, Tls = tls, Timeout = timeout }, new GrpcTransport(tls, () => token));
    }

    /// <summary>Asks something about keys and leases.</summary>
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

    /// <summary>Asks something that only etcd's own API has words for: of the first server that answers.</summary>
    public async Task<TReply> CallAsync<TReply>(string method, IMessage request, MessageParser<TReply> parser, CancellationToken cancellationToken)
        where TReply : class, IMessage<TReply> => await EtcdCalls.FirstAsync(endpoints, tls, () => token, method, request, parser, cancellationToken);

    public ValueTask DisposeAsync() => client.DisposeAsync();

    private async Task LoginAsync(CancellationToken cancellationToken)
    {
        token = null;
        try
        {
            var (name, password) = user!.Value;
            token = (await CallAsync("etcdserverpb.Auth/Authenticate", new Pb.AuthenticateRequest { Name = name, Password = password }, Pb.AuthenticateResponse.Parser, cancellationToken)).Token;
        }
        catch (GrpcException refused) when (refused.Message.Contains("authentication is not enabled", StringComparison.Ordinal))
        {
            throw new LutraException(LutraError.InvalidArgument, "etcd asks for no users: leave --from-user out.", refused);
        }
        catch (GrpcException refused)
        {
            throw new LutraException(refused.IsAnswer ? LutraError.Denied : LutraError.Unavailable, $"Nobody could be logged in to etcd: {refused.Message}", refused);
        }
    }
}
