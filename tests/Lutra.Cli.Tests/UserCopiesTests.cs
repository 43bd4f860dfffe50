using Lutra.Cli.Transfer.FromEtcd;

namespace Lutra.Cli.Tests;

public sealed class UserCopiesTests
{
    [Fact]
    public void A_role_is_copied_with_its_permissions()
    {
        var permission = new Permission(PermissionKind.Read, KeyRange.Single("a"u8.ToArray()));
        Assert.Equal([new AddRole("reader"), new GrantPermission("reader", permission)], UserCopies.ChangesOf(new RoleDescription("reader", [permission])));
    }

    [Fact]
    public void What_etcd_shows_of_the_role_root_is_granted_to_nobody() => Assert.Equal(
        [new AddRole("root")], UserCopies.ChangesOf(new RoleDescription("root", [new Permission(PermissionKind.ReadWrite, new KeyRange(default, ReadOnlyMemory<byte>.Empty))])));
}
