using System.Collections.Immutable;
using Lutra.Keyspace.Auth;
using Lutra.Keyspace.Commands;

namespace Lutra.Fuzz.Targets;

/// <summary>Draws users, roles and what changes them.</summary>
internal sealed class AuthDraw(Random random)
{
    private const string Hash = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

    private static readonly string[] names = ["anna", "bert", "ä\ud83d\ude00", "root", "x"];

    public string Name() => names[random.Next(names.Length)];

    public UserAccount User() => random.Next(3) == 0
        ? new UserAccount(Name(), "", true, Roles())
        : new UserAccount(Name(), random.Next(4) == 0 ? "" : Hash, false, Roles());

    public RoleAccount Role() => new(Name(),
    [
        .. Enumerable.Range(0, random.Next(5)).Select(_ => Permission()).GroupBy(each => (Convert.ToHexString(each.Range.From.Span), each.Range.End is null))
            .Select(same => same.First()).Order(Comparer<Permission>.Create((one, other) => AuthRules.Compare(one.Range, other.Range))),
    ]);

    public Permission Permission()
    {
        byte[] from = [(byte)random.Next(1, 100), .. Enumerable.Range(0, random.Next(4)).Select(_ => (byte)random.Next(256))];
        return new Permission((PermissionKind)random.Next(3), random.Next(3) switch
        {
            0 => KeyRange.Single(from),
            1 => new KeyRange(from, Array.Empty<byte>()),
            _ => new KeyRange(from, (byte[])[.. from, 1]),
        });
    }

    public Command Command() => random.Next(12) switch
    {
        0 => new EnableAuthCommand(),
        1 => new DisableAuthCommand(),
        2 => random.Next(2) == 0 ? new AddUserCommand(Name(), Hash, false) : new AddUserCommand(Name(), "", true),
        3 => new DeleteUserCommand(Name()),
        4 => new SetPasswordCommand(Name(), random.Next(2) == 0 ? "" : Hash),
        5 => new GrantRoleCommand(Name(), Name()),
        6 => new RevokeRoleCommand(Name(), Name()),
        7 => new AddRoleCommand(Name()),
        8 => new DeleteRoleCommand(Name()),
        9 => new GrantPermissionCommand(Name(), Permission()),
        10 => new RevokePermissionCommand(Name(), Permission().Range),
        _ => new GrantTokenCommand(Name(), "abcdefghABCDEFGH", (ulong)random.Next(1, 9)),
    };

    private ImmutableArray<string> Roles() => [.. Enumerable.Range(0, random.Next(4)).Select(_ => Name()).Distinct().Order(NameOrder.Instance)];
}
