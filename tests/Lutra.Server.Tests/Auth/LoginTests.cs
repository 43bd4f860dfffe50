using Lutra.Client;
using Lutra.Server.Auth;
using Lutra.Server.Rest;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Lutra.Server.Tests.Auth;

/// <summary>The client library logs in by itself, over both transports, and again where it must.</summary>
public sealed class LoginTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("lutra-login-tests-").FullName;
    private LutraNode node = null!;

    public async ValueTask InitializeAsync()
    {
        node = await LutraNode.StartAsync(new LutraNodeOptions { Directory = folder, BcryptCost = 4, SegmentSizeBytes = 4 * 1024 * 1024, RequestTimeoutMillis = 120_000 });
        await node.WaitUntilReadyAsync();
        AuthChange[] changes =
        [
            new AddUser("root", "rootpw"), new GrantRole("root", "root"), new AddUser("alice", "pw"), new AddRole("r"),
            new GrantPermission("r", new Permission(PermissionKind.ReadWrite, KeyRange.Prefix("a"u8.ToArray()))), new GrantRole("alice", "r"),
        ];
        foreach (var change in changes)
            await node.Users.ChangeAsync(change);
    }

    public async ValueTask DisposeAsync()
    {
        await node.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(LutraTransport.Grpc)]
    [InlineData(LutraTransport.Rest)]
    public async Task A_client_logs_in_when_it_first_must_and_again_when_its_token_is_over(LutraTransport transport)
    {
        await using var server = await LutraServer.StartAsync(node, new LutraServerOptions { Address = "127.0.0.1:0" });
        await using var alice = Connect(server, transport, "alice", "pw");

        // Nobody is asked for yet; then everybody is.
        await alice.PutAsync("b", "1");
        await node.Users.ChangeAsync(new EnableAuth());
        await alice.PutAsync("a", "1");
        Assert.Equal(LutraError.Denied, await ErrorAsync(() => alice.PutAsync("b", "2").AsTask()));
        await node.Users.ChangeAsync(new SetPassword("alice", "pw"));
        await alice.PutAsync("a", "2");
        await node.Users.ChangeAsync(new SetPassword("alice", "pw"));
        await using var watch = alice.WatchAsync(new WatchOperation(KeyRange.Single("a"u8.ToArray()))).GetAsyncEnumerator();
        Assert.True(await watch.MoveNextAsync());
        await alice.PutAsync("a", "3");
        Assert.True(await watch.MoveNextAsync());
        Assert.Single(watch.Current.Events);
        await node.Users.ChangeAsync(new SetPassword("alice", "another"));
        Assert.Equal(LutraError.LoginFailed, await ErrorAsync(() => alice.PutAsync("a", "4").AsTask()));
    }

    [Theory]
    [InlineData(LutraTransport.Grpc)]
    [InlineData(LutraTransport.Rest)]
    public async Task Users_and_roles_are_changed_and_looked_at(LutraTransport transport)
    {
        await using var server = await LutraServer.StartAsync(node, new LutraServerOptions { Address = "127.0.0.1:0" });
        await node.Users.ChangeAsync(new EnableAuth());
        await using var nobody = Connect(server, transport, null, "");
        Assert.Equal(LutraError.UserRequired, await ErrorAsync(() => nobody.PutAsync("a", "1").AsTask()));
        await using var root = Connect(server, transport, "root", "rootpw");
        var users = root.Users;
        await users.ChangeAsync(new AddUser("böb/1", "x"));
        await users.ChangeAsync(new AddUser("robot", null));
        await users.ChangeAsync(new AddRole("r/2"));
        var all = new Permission(PermissionKind.Read, Permission.Everything);
        var bytes = new Permission(PermissionKind.Write, new KeyRange(new byte[] { 0xff }, new byte[] { 0xff, 0xff }));
        await users.ChangeAsync(new GrantPermission("r/2", all));
        await users.ChangeAsync(new GrantPermission("r/2", bytes));
        await users.ChangeAsync(new GrantRole("böb/1", "r/2"));
        Assert.Equal([all, bytes], (await users.RoleAsync("r/2")).Permissions);
        Assert.Equal(["r/2"], (await users.UserAsync("böb/1")).Roles);
        Assert.Equal(["alice", "böb/1", "robot", "root"], await users.UsersAsync());
        Assert.Equal(["r", "r/2"], await users.RolesAsync());
        await users.ChangeAsync(new RevokePermission("r/2", bytes.Range));
        await users.ChangeAsync(new RevokeRole("böb/1", "r/2"));
        await users.ChangeAsync(new SetPassword("böb/1", "y"));
        await users.ChangeAsync(new DeleteRole("r/2"));
        Assert.NotEmpty(await users.LoginAsync("böb/1", "y"));
        await users.ChangeAsync(new DeleteUser("böb/1"));
        Assert.Equal(LutraError.UserNotFound, await ErrorAsync(() => users.UserAsync("böb/1").AsTask()));
        Assert.Equal(LutraError.AuthChangeRefused, await ErrorAsync(() => users.ChangeAsync(new DeleteUser("root")).AsTask()));
        Assert.True((await users.StatusAsync()).IsEnabled);
        await users.ChangeAsync(new DisableAuth());
        await nobody.PutAsync("a", "1");
    }

    [Theory]
    [InlineData(LutraTransport.Grpc)]
    [InlineData(LutraTransport.Rest)]
    public async Task Signed_tokens_are_renewed_after_every_change_of_users(LutraTransport transport)
    {
        var key = new byte[32];
        key[0] = 7;
        var auth = new AuthOptions { Jwt = new JwtOptions("HS256", null, key, TimeSpan.FromMinutes(5)) };
        await using var server = await LutraServer.StartAsync(node, new LutraServerOptions { Address = "127.0.0.1:0", Auth = auth });
        await node.Users.ChangeAsync(new EnableAuth());
        await using var alice = Connect(server, transport, "alice", "pw");
        await alice.PutAsync("a", "1");
        await node.Users.ChangeAsync(new AddUser("somebody else", "x"));
        await alice.PutAsync("a", "2");
        Assert.Equal(LutraError.LoginFailed, await ErrorAsync(() => Connect(server, transport, "alice", "wrong").PutAsync("a", "3").AsTask()));
    }

    [Theory]
    [InlineData(LutraTransport.Grpc)]
    [InlineData(LutraTransport.Rest)]
    public async Task Where_a_face_is_below_a_path_one_logs_in_there_and_tells_nobody_else_the_password(LutraTransport transport)
    {
        await node.Users.ChangeAsync(new EnableAuth());
        var told = 0;
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var application = builder.Build();
        application.MapPost("/auth/login", () => Interlocked.Increment(ref told));
        application.MapLutra(node, "/store");
        await application.StartAsync();
        await using var alice = new LutraClient(new LutraClientOptions
        {
            Endpoints = [new Uri($"{application.Urls.First()}/store")],
            Transport = transport,
            Credentials = new ClientCredentials("alice", "pw"),
            Timeout = TimeSpan.FromSeconds(120),
        });
        await alice.PutAsync("a", "1");
        Assert.Equal(LutraError.Denied, await ErrorAsync(() => alice.PutAsync("b", "1").AsTask()));
        Assert.Equal(0, told);
    }

    private static LutraClient Connect(LutraServer server, LutraTransport transport, string? user, string password) => new(new LutraClientOptions
    {
        Endpoints = [new Uri($"http://{server.Address}")],
        Transport = transport,
        Credentials = user is null ? null : new ClientCredentials(user, password),
        Timeout = TimeSpan.FromSeconds(120),
    });

    private static async Task<LutraError> ErrorAsync(Func<Task> call) => (await Assert.ThrowsAsync<LutraException>(call)).Error;
}
