using System.Text;
using Lutra.Client;

namespace Lutra.Acceptance.Etcd;

/// <summary>Users and roles through our client library, at Lutra and at etcd itself. A store of its own, since users are asked for in all of it.</summary>
public abstract class LibraryUserTests(EtcdTarget target) : IAsyncLifetime
{
    private static readonly KeyRange One = KeyRange.Single("one"u8.ToArray());
    private static readonly KeyRange Many = KeyRange.Prefix("many/"u8.ToArray());

    private readonly List<LutraClient> opened = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        target.Require();
        return target.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var client in opened)
            await client.DisposeAsync();
        await target.DisposeAsync();
    }

    [Fact]
    public async Task Users_and_roles_are_made_asked_for_and_done_with()
    {
        var users = As(null).Users;
        Assert.Equal(LutraError.AuthNotEnabled, await ErrorOfAsync(users.LoginAsync("root", "rootpw", Stop).AsTask()));
        AuthChange[] changes =
        [
            new AddUser("root", "rootpw"), new AddUser("alice", "pw"), new AddUser("robot", null), new AddRole("limited"),
            new GrantPermission("limited", new Permission(PermissionKind.ReadWrite, One)), new GrantPermission("limited", new Permission(PermissionKind.Read, Many)),
            new GrantRole("alice", "limited"),
        ];
        foreach (var change in changes)
            await users.ChangeAsync(change, Stop);
        foreach (var (change, error) in Refused())
            Assert.Equal((change, error), (change, await ErrorOfAsync(users.ChangeAsync(change, Stop).AsTask())));
        await users.ChangeAsync(new GrantRole("root", "root"), Stop);
        await users.ChangeAsync(new EnableAuth(), Stop);

        var (root, alice) = (As(new ClientCredentials("root", "rootpw")), As(new ClientCredentials("alice", "pw")));
        await root.PutAsync("many/a", "1", cancellationToken: Stop);
        await EachMayDoWhatItsRolesAllowAsync(alice);
        Assert.Equal(LutraError.UserRequired, await ErrorOfAsync(As(null).GetAsync("one", cancellationToken: Stop).AsTask()));
        Assert.Equal(LutraError.LoginFailed, await ErrorOfAsync(As(new ClientCredentials("alice", "wrong")).GetAsync("one", cancellationToken: Stop).AsTask()));
        Assert.Equal(LutraError.LoginFailed, await ErrorOfAsync(As(new ClientCredentials("robot", "")).GetAsync("one", cancellationToken: Stop).AsTask()));
        Assert.Equal(["alice", "robot", "root"], await root.Users.UsersAsync(Stop));
        Assert.Contains("limited", await root.Users.RolesAsync(Stop));

        await root.Users.ChangeAsync(new RevokePermission("limited", Many), Stop);
        Assert.Equal(LutraError.Denied, await ErrorOfAsync(alice.GetAsync("many/a", cancellationToken: Stop).AsTask()));
        await root.Users.ChangeAsync(new SetPassword("alice", "another"), Stop);
        Assert.NotNull(await As(new ClientCredentials("alice", "another")).GetAsync("one", cancellationToken: Stop));
        await root.Users.ChangeAsync(new RevokeRole("alice", "limited"), Stop);
        await root.Users.ChangeAsync(new DeleteRole("limited"), Stop);
        await root.Users.ChangeAsync(new DeleteUser("alice"), Stop);
        Assert.Equal(LutraError.UserNotFound, await ErrorOfAsync(root.Users.UserAsync("alice", Stop).AsTask()));
        await root.Users.ChangeAsync(new DisableAuth(), Stop);
        Assert.NotNull(await As(null).GetAsync("one", cancellationToken: Stop));
    }

    private static IEnumerable<(AuthChange Change, LutraError Error)> Refused() =>
    [
        (new AddUser("alice", "x"), LutraError.UserExists),
        (new AddRole("limited"), LutraError.RoleExists),
        (new GrantRole("nobody", "limited"), LutraError.UserNotFound),
        (new GrantRole("alice", "none"), LutraError.RoleNotFound),
        (new RevokeRole("robot", "limited"), LutraError.RoleNotGranted),
        (new RevokePermission("limited", KeyRange.Single("other"u8.ToArray())), LutraError.PermissionNotGranted),
        (new DeleteUser("nobody"), LutraError.UserNotFound),
        (new EnableAuth(), LutraError.RootRoleMissing),
    ];

    private static async Task EachMayDoWhatItsRolesAllowAsync(LutraClient alice)
    {
        await using var watch = alice.WatchAsync(new WatchOperation(One), Stop).GetAsyncEnumerator(Stop);
        Assert.True(await watch.MoveNextAsync());
        await alice.PutAsync("one", "1", cancellationToken: Stop);
        Assert.True(await watch.MoveNextAsync());
        Assert.Equal("1", watch.Current.Events.Single().Current.Text());
        Assert.NotNull(await alice.GetAsync("many/a", cancellationToken: Stop));
        Assert.Equal(LutraError.Denied, await ErrorOfAsync(alice.PutAsync("many/a", "2", cancellationToken: Stop).AsTask()));
        Assert.Equal(LutraError.Denied, await ErrorOfAsync(alice.RangeAsync(new RangeOperation(KeyRange.All), cancellationToken: Stop).AsTask()));
        Assert.Equal(LutraError.Denied, await ErrorOfAsync(alice.Users.UsersAsync(Stop).AsTask()));
        Assert.Equal(["limited"], (await alice.Users.UserAsync("alice", Stop)).Roles);
        Assert.Equal(
            ["Read many/ many0", "ReadWrite one "],
            (await alice.Users.RoleAsync("limited", Stop)).Permissions.Select(one => $"{one.Kind} {Text(one.Range.From)} {Text(one.Range.End ?? default)}").Order(StringComparer.Ordinal));
    }

    private LutraClient As(ClientCredentials? who)
    {
        var client = new LutraClient(new LutraClientOptions
        {
            Endpoints = Endpoints.ParseList(string.Join(',', target.Endpoints)),
            Credentials = who,
            Timeout = TimeSpan.FromMinutes(2),
            AttemptTimeout = TimeSpan.FromMinutes(1),
        });
        opened.Add(client);
        return client;
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.ASCII.GetString(bytes.Span);

    private static async Task<LutraError> ErrorOfAsync(Task call) => (await Assert.ThrowsAsync<LutraException>(() => call)).Error;
}

public sealed class LibraryUserTestsOnLutra() : LibraryUserTests(new OneLutra());

public sealed class LibraryUserTestsOnEtcd() : LibraryUserTests(new OneEtcd());
