using Google.Protobuf;
using Lutra.Server.Tests.Etcd;
using Lutra.Server.Tests.Support;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Server.Tests.Auth;

/// <summary>A node that asks for users. Keys under <c>m/</c> may be read by <c>reader</c>, written by <c>writer</c>, both by <c>both</c>.</summary>
public sealed class AuthNode : IAsyncLifetime
{
    public const string Password = "pässwort";

    private readonly string folder = Directory.CreateTempSubdirectory("lutra-auth-tests-").FullName;
    private ServedNode? served;
    private GrpcClient? client;
    private int names;

    internal ServedNode Served => served!;

    internal LutraNode Node => Served.Node;

    internal GrpcClient Client => client!;

    public async ValueTask InitializeAsync()
    {
        served = await ServedNode.ListenAsync();
        await served.StartAsync(folder, bcryptCost: 4);
        await served.Node.WaitUntilReadyAsync();
        client = new GrpcClient(served.Address);
        var keys = KeyRange.Prefix("m/"u8.ToArray());
        AuthChange[] changes =
        [
            new AddRole("reading"), new GrantPermission("reading", new Permission(PermissionKind.Read, keys)),
            new AddRole("writing"), new GrantPermission("writing", new Permission(PermissionKind.Write, keys)),
            new AddUser("root", Password), new GrantRole("root", "root"), new AddUser("nothing", Password),
            new AddUser("reader", Password), new GrantRole("reader", "reading"), new AddUser("writer", Password), new GrantRole("writer", "writing"),
            new AddUser("both", Password), new GrantRole("both", "reading"), new GrantRole("both", "writing"), new AddUser("expired", Password), new GrantRole("expired", "root"),
            new AddUser("certified", null),
        ];
        foreach (var change in changes)
            await ChangeAsync(change);
        await ChangeAsync(new EnableAuth());
    }

    public async ValueTask DisposeAsync()
    {
        client?.Dispose();
        if (served is not null)
            await served.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>A name under <c>m/</c> that no other test uses.</summary>
    internal string Name() => $"m/{Interlocked.Increment(ref names)}";

    /// <summary>As the process itself.</summary>
    internal async Task ChangeAsync(AuthChange change) => await Node.Users.ChangeAsync(change);

    internal async Task<string> LoginAsync(string user, string password = Password) =>
        (await Client.CallAsync<Pb.AuthenticateResponse>("/etcdserverpb.Auth/Authenticate", new Pb.AuthenticateRequest { Name = user, Password = password })).Token;

    internal Task<GrpcEnd> TryAsync(string? token, string path, IMessage request) =>
        token is null ? Client.TryAsync(path, request) : Client.TryAsync(path, request, ("token", token));

    internal async Task<(int Status, string Message)> EndAsync(string? token, string path, IMessage request) =>
        await TryAsync(token, path, request) is var end ? (end.Status, end.Message) : default;
}
