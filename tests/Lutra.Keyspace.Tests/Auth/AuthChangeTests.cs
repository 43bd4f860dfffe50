using Lutra.Keyspace.Auth;
using static Lutra.Keyspace.Tests.Auth.AuthBed;

namespace Lutra.Keyspace.Tests.Auth;

/// <summary>etcd's rules for changes of users and roles.</summary>
public sealed class AuthChangeTests : IDisposable
{
    private readonly KeyspaceBed bed = new();

    private AuthState Auth => bed.Store.Auth;

    [Fact]
    public void A_new_store_asks_for_nobody_and_is_at_auth_revision_1()
    {
        Assert.False(Auth.IsEnabled);
        Assert.Equal(1ul, Auth.Revision);
        Assert.Empty(Auth.Users);
    }

    [Fact]
    public void Every_change_makes_the_auth_revision_one_more_and_uses_no_revision()
    {
        bed.AddRole("r", Read("a"));
        bed.AddUser("u", "r");
        Assert.Equal(5ul, Auth.Revision);
        bed.Change(new RevokePermissionCommand("r", Text.Key("a")), new RevokeRoleCommand("u", "r"), new SetPasswordCommand("u", Hash), new DeleteUserCommand("u"));
        Assert.Equal(9ul, Auth.Revision);
        Assert.Equal(new Revision(1), bed.Store.Revision);
    }

    [Fact]
    public void What_is_so_already_and_enabling_do_not_change_the_auth_revision()
    {
        bed.AddRole("r", Read("a"));
        bed.AddUser("u", "r");
        var before = Auth.Revision;
        bed.Change(new GrantRoleCommand("u", "r"), new GrantPermissionCommand("r", Read("a")), new DisableAuthCommand());
        Assert.Equal(before, Auth.Revision);
        bed.Enable();
        Assert.Equal(before + 2, Auth.Revision);
        bed.Change(new EnableAuthCommand());
        Assert.Equal(before + 2, Auth.Revision);
        bed.Change(new DisableAuthCommand());
        Assert.Equal(before + 3, Auth.Revision);
    }

    [Fact]
    public void Users_are_asked_for_only_once_root_has_the_role_root()
    {
        Refused(LutraError.RootUserMissing, new EnableAuthCommand());
        bed.AddUser("root");
        Refused(LutraError.RootRoleMissing, new EnableAuthCommand());
        bed.AddRole("r");
        bed.Change(new GrantRoleCommand("root", "r"));
        Refused(LutraError.RootRoleMissing, new EnableAuthCommand());
        bed.Change(new GrantRoleCommand("root", "root"), new EnableAuthCommand());
        Assert.True(Auth.IsEnabled);
    }

    [Fact]
    public void What_is_not_there_or_there_already_is_refused()
    {
        bed.AddRole("r");
        bed.AddUser("u");
        Refused(LutraError.UserExists, new AddUserCommand("u", Hash, false));
        Refused(LutraError.RoleExists, new AddRoleCommand("r"));
        Refused(LutraError.UserNotFound, new DeleteUserCommand("x"));
        Refused(LutraError.UserNotFound, new SetPasswordCommand("x", Hash));
        Refused(LutraError.UserNotFound, new GrantRoleCommand("x", "r"));
        Refused(LutraError.RoleNotFound, new GrantRoleCommand("u", "x"));
        Refused(LutraError.UserNotFound, new RevokeRoleCommand("x", "r"));
        Refused(LutraError.RoleNotGranted, new RevokeRoleCommand("u", "r"));
        Refused(LutraError.RoleNotFound, new DeleteRoleCommand("x"));
        Refused(LutraError.RoleNotFound, new GrantPermissionCommand("x", Read("a")));
        Refused(LutraError.RoleNotFound, new RevokePermissionCommand("x", Text.Key("a")));
        Refused(LutraError.PermissionNotGranted, new RevokePermissionCommand("r", Text.Key("a")));
    }

    [Fact]
    public void While_users_are_asked_for_root_cannot_be_locked_out()
    {
        bed.AddRole("root");
        bed.Enable();
        Refused(LutraError.AuthChangeRefused, new DeleteUserCommand("root"));
        Refused(LutraError.AuthChangeRefused, new RevokeRoleCommand("root", "root"));
        Refused(LutraError.AuthChangeRefused, new DeleteRoleCommand("root"));
        bed.Change(new DisableAuthCommand(), new DeleteRoleCommand("root"), new DeleteUserCommand("root"));
        Assert.Empty(Auth.Users);
    }

    [Fact]
    public void The_role_root_is_granted_without_having_been_added()
    {
        bed.AddUser("admin", "root");
        Assert.True(Auth.Users["admin"].IsRoot);
        Assert.Empty(Auth.Roles);
    }

    [Fact]
    public void A_role_that_goes_is_taken_from_all_who_had_it()
    {
        bed.AddRole("r");
        bed.AddRole("s");
        bed.AddUser("a", "r", "s");
        bed.AddUser("b", "s");
        bed.Change(new DeleteRoleCommand("s"));
        Assert.Equal(["r"], Auth.Users["a"].Roles);
        Assert.Empty(Auth.Users["b"].Roles);
    }

    [Fact]
    public void A_permission_for_the_same_range_is_replaced_and_for_another_added()
    {
        bed.AddRole("r", Read("b"), Read("a"), Read("a", "c"), Read("a", ""), Write("a"));
        Assert.Equal([Write("a"), Read("a", ""), Read("a", "c"), Read("b")], Auth.Roles["r"].Permissions);
        bed.Change(new RevokePermissionCommand("r", Text.Range("a", "")));
        Assert.Equal([Write("a"), Read("a", "c"), Read("b")], Auth.Roles["r"].Permissions);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("", "")]
    [InlineData("b", "b")]
    [InlineData("b", "a")]
    public void A_permission_for_no_range_is_refused(string from, string? end)
    {
        bed.AddRole("r");
        Refused(LutraError.AuthChangeRefused, new GrantPermissionCommand("r", Read(from, end)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe")]
    [InlineData("$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("$2a$03$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    public void A_password_that_is_no_bcrypt_hash_never_comes_into_the_state(string hash) =>
        Refused(LutraError.InvalidArgument, new AddUserCommand("u", hash, false));

    [Fact]
    public void Names_are_text_of_at_most_1024_bytes()
    {
        bed.AddUser(new string('é', 512));
        Refused(LutraError.TooLarge, new AddUserCommand(new string('é', 512) + "x", Hash, false));
        Refused(LutraError.InvalidArgument, new AddUserCommand("", Hash, false));
        Refused(LutraError.InvalidArgument, new AddRoleCommand(""));
        Assert.NotNull(AuthRules.Check(new AddRoleCommand("\ud800")));
    }

    [Fact]
    public void Names_are_in_the_order_of_their_bytes()
    {
        bed.AddUser("\U0001F9A6");
        bed.AddUser("\uFFFD");
        bed.AddUser("z");
        bed.AddUser("Z");
        Assert.Equal(["Z", "z", "\uFFFD", "\U0001F9A6"], Auth.Users.Keys);
    }

    [Fact]
    public void A_token_is_granted_only_while_nothing_was_changed_since_the_password_was_seen()
    {
        Refused(LutraError.AuthNotEnabled, new GrantTokenCommand("root", "abcdefghijklmnop", 1));
        bed.Enable();
        bed.AddUser("u");
        var seen = Auth.Revision;
        var granted = Assert.IsType<GrantTokenResult>(bed.DoAs(Caller.Inside, new GrantTokenCommand("u", "abcdefghijklmnop", seen)).Result);
        Assert.Equal($"abcdefghijklmnop.{bed.Log.Count}", granted.Token);
        Assert.Equal(seen, Auth.Revision);
        bed.Change(new SetPasswordCommand("u", Hash));
        Refused(LutraError.AuthRevisionOld, new GrantTokenCommand("u", "abcdefghijklmnop", seen));
        Refused(LutraError.UserNotFound, new GrantTokenCommand("x", "abcdefghijklmnop", Auth.Revision));
    }

    [Fact]
    public void Who_holds_tokens_is_told_what_becomes_of_them()
    {
        bed.Enable();
        bed.AddUser("u");
        bed.Store.TakeAuthEvents();
        bed.Change(new GrantTokenCommand("u", "abcdefghijklmnop", Auth.Revision), new SetPasswordCommand("u", Hash), new DeleteUserCommand("u"), new DisableAuthCommand());
        Assert.Equal(
            [new TokenGranted("u", $"abcdefghijklmnop.{bed.Log.Count - 3}"), new TokensOfUserVoid("u"), new TokensOfUserVoid("u"), new AllTokensVoid()],
            bed.Store.TakeAuthEvents());
        Assert.Empty(bed.Store.TakeAuthEvents());
    }

    public void Dispose() => bed.Dispose();

    private void Refused(LutraError error, AuthCommand command)
    {
        var before = (Auth.Revision, bed.Store.Revision);
        Assert.Equal(error, ErrorOf(bed.DoAs(Caller.Inside, command)));
        Assert.Equal(before, (Auth.Revision, bed.Store.Revision));
    }
}
