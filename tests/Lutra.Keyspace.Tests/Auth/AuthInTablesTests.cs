using Lutra.Keyspace.Auth;
using Lutra.Keyspace.Commands;
using static Lutra.Keyspace.Tests.Auth.AuthBed;

namespace Lutra.Keyspace.Tests.Auth;

/// <summary>Users and roles are state like any other: durable, transferred, hashed, merged.</summary>
public sealed class AuthInTablesTests : IDisposable
{
    private readonly KeyspaceBed bed = new(KeyspaceBed.MergesAlways);

    public AuthInTablesTests()
    {
        bed.AddRole("r", Read("a", "b"), Both("c"), Write("d", ""));
        bed.AddRole("gone");
        bed.AddUser("u", "gone", "r", "root");
        bed.AddUser("left");
        bed.Change(new AddUserCommand("certificate", "", NoPassword: true));
        bed.Enable();
        bed.Change(new DeleteUserCommand("left"), new DeleteRoleCommand("gone"));
    }

    [Fact]
    public void They_outlast_a_restart_with_and_without_the_log()
    {
        var before = Show(bed.Store.Auth);
        bed.Restart();
        Assert.Equal(before, Show(bed.Store.Auth));
        bed.Flush();
        bed.ReopenTables();
        Assert.Equal(before, Show(bed.Store.Auth));
        Assert.Equal("on 16; certificate(no password) root[root] u[r,root]; r[read a-b, both c, write d-]", before);
        Assert.Equal(LutraError.UserRequired, ErrorOf(bed.Do(new WriteCommand(Text.Put("k")))));
    }

    [Fact]
    public void They_are_part_of_a_transfer()
    {
        bed.Flush();
        using var other = new KeyspaceBed(seed: 2);
        other.AddUser("of another life");
        other.Install(bed);
        Assert.Equal(Show(bed.Store.Auth), Show(other.Store.Auth));
        Assert.Equal(bed.Hash(), other.Hash());
    }

    [Fact]
    public void They_are_part_of_the_hash_of_the_state()
    {
        HashSet<UInt128> seen = [bed.Hash()];
        AuthCommand[] commands =
        [
            new AddUserCommand("n", Hash, false), new GrantRoleCommand("n", "r"), new SetPasswordCommand("n", Hash.Replace("05", "06", StringComparison.Ordinal)), new AddRoleCommand("s"),
            new GrantPermissionCommand("s", Read("a")), new GrantPermissionCommand("s", Write("a")), new RevokePermissionCommand("s", Text.Key("a")),
            new RevokeRoleCommand("n", "r"), new DeleteUserCommand("n"), new DeleteRoleCommand("s"), new DisableAuthCommand(), new EnableAuthCommand(),
        ];
        foreach (var command in commands)
        {
            bed.Change(command);
            Assert.True(seen.Add(bed.Hash()), $"{command} left no trace.");
        }
    }

    [Fact]
    public void A_merge_of_everything_leaves_nothing_of_who_is_gone()
    {
        bed.Merge();
        bed.Merge();
        Assert.DoesNotContain(bed.TableEntries(), entry => entry.Key.AsSpan().SequenceEqual(AuthRecords.KeyOf(TableKeys.Users, "left")));
        Assert.Single(bed.TableEntries(), entry => entry.Key.AsSpan().SequenceEqual(AuthRecords.KeyOf(TableKeys.Users, "u")));
    }

    [Fact]
    public void Their_entries_make_the_same_state_elsewhere()
    {
        var state = bed.Store.Auth;
        var again = AuthState.Create(state.IsEnabled, state.Revision, state.Users.Values, state.Roles.Values.Select(role => role with { Permissions = [.. role.Permissions.Reverse()] }));
        Assert.Equal(Show(state), Show(again));
        Assert.Equal(Flat(state), Flat(again));
        Assert.Empty(AuthTable.EntriesOf(AuthState.Initial));
        Assert.Throws<FormatException>(() => AuthState.Create(true, 5, [new UserAccount("u", "plain", false, [])], []));
        Assert.Throws<FormatException>(() => AuthState.Create(true, 5, [], [new RoleAccount("r", [Read("b", "a")])]));
    }

    [Fact]
    public void A_pinned_state_shows_those_of_its_time()
    {
        using var view = bed.Store.Pin();
        var before = Show(bed.Store.Auth);
        bed.Change(new DeleteUserCommand("u"));
        Assert.Equal(before, Show(view.Auth));
    }

    public void Dispose() => bed.Dispose();

    private static string[] Flat(AuthState state) => [.. AuthTable.EntriesOf(state).Select(entry => Convert.ToHexString(entry.Key) + Convert.ToHexString(entry.Value))];

    private static string Show(AuthState state)
    {
        var users = state.Users.Values.Select(user => user.Name + (user.NoPassword ? "(no password)" : $"[{string.Join(',', user.Roles)}]"));
        var roles = state.Roles.Values.Select(role => $"{role.Name}[{string.Join(", ", role.Permissions.Select(Show))}]");
        return $"{(state.IsEnabled ? "on" : "off")} {state.Revision}; {string.Join(' ', users)}; {string.Join(' ', roles)}";
    }

    private static string Show(Permission permission)
    {
        var kind = permission.Kind switch { PermissionKind.Read => "read", PermissionKind.Write => "write", _ => "both" };
        return $"{kind} {Text.From(permission.Range.From)}{(permission.Range.End is { } end ? "-" + Text.From(end) : "")}";
    }
}
