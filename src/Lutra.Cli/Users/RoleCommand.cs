using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Lutra.Cli.Client;
using Lutra.Cli.Output;

namespace Lutra.Cli.Users;

/// <summary>The commands about roles.</summary>
internal static class RoleCommand
{
    public static Command Create() => new("role", "Roles: what their holders may read and write")
    {
        new NamesCommand("add", "Adds a role", ["role"], static names => new AddRole(names[0])),
        new NamesCommand("delete", "Removes a role, from all who have it too", ["role"], static names => new DeleteRole(names[0])),
        new RoleGrantCommand(),
        new RoleRevokeCommand(),
        new RoleGetCommand(),
        new RoleListCommand(),
    };
}

/// <summary>What the commands about permissions share: which keys.</summary>
internal abstract class PermissionCommand : AuthChangeCommand
{
    private readonly Argument<string?> key = new("key") { Description = "One key", Arity = ArgumentArity.ZeroOrOne };
    private readonly RangeOptions ranges = new();

    protected PermissionCommand(string name, string description, params Argument[] first)
        : base(name, description)
    {
        foreach (var argument in first)
            Add(argument);
        Add(key);
        ranges.AddTo(this);
    }

    /// <summary>The keys that were named; a permission begins with a key.</summary>
    protected KeyRange RangeOf(ParseResult parsed)
    {
        if (parsed.GetValue(key) is { } one)
            return ranges.IsGiven(parsed) ? throw new LutraException(LutraError.InvalidArgument, "Give a key, or a range of keys.") : KeyRange.Single(Encoding.UTF8.GetBytes(one));
        if (!ranges.IsGiven(parsed))
            throw new LutraException(LutraError.InvalidArgument, "Which keys? Give one, --prefix (\"\" for all), or --from and --to.");
        var range = ranges.Of(parsed);
        return range.From.IsEmpty ? new KeyRange(Permission.Everything.From, range.End) : range;
    }
}

internal sealed class RoleGrantCommand : PermissionCommand
{
    private readonly Argument<string> role;
    private readonly Argument<string> kind;

    public RoleGrantCommand()
        : this(new Argument<string>("role") { Description = "The name of the role" }, new Argument<string>("kind") { Description = "read, write or readwrite" })
    {
    }

    private RoleGrantCommand(Argument<string> role, Argument<string> kind)
        : base("grant-permission", "Lets the holders of a role read or write keys", role, kind)
    {
        this.role = role;
        this.kind = kind;
        kind.AcceptOnlyFromAmong("read", "write", "readwrite");
    }

    protected override AuthChange ChangeOf(ParseResult parsed)
    {
        var allowed = parsed.GetRequiredValue(kind) switch { "read" => PermissionKind.Read, "write" => PermissionKind.Write, _ => PermissionKind.ReadWrite };
        return new GrantPermission(parsed.GetRequiredValue(role), new Permission(allowed, RangeOf(parsed)));
    }
}

internal sealed class RoleRevokeCommand : PermissionCommand
{
    private readonly Argument<string> role;

    public RoleRevokeCommand()
        : this(new Argument<string>("role") { Description = "The name of the role" })
    {
    }

    private RoleRevokeCommand(Argument<string> role)
        : base("revoke-permission", "Takes a permission back, for exactly the keys that it was granted for", role) => this.role = role;

    protected override AuthChange ChangeOf(ParseResult parsed) => new RevokePermission(parsed.GetRequiredValue(role), RangeOf(parsed));
}

internal sealed class RoleGetCommand : ClientCommand
{
    private readonly Argument<string> role = new("role") { Description = "The name of the role" };

    public RoleGetCommand()
        : base("get", "Shows what the holders of a role may do") => Add(role);

    protected override async Task<ExitCode> RunAsync(ILutraClient client, ParseResult parsed, Answer answer, CancellationToken cancellationToken)
    {
        var found = await client.Users.RoleAsync(parsed.GetRequiredValue(role), cancellationToken);
        if (answer.IsJson)
        {
            Answer.Json(new JsonObject
            {
                ["name"] = found.Name,
                ["permissions"] = new JsonArray([.. found.Permissions.Select(one => (JsonNode)new JsonObject { ["kind"] = NameOf(one.Kind), ["keys"] = Show(one.Range) })]),
            });
        }
        else
        {
            answer.Rows(["kind", "keys"], found.Permissions.Select(one => new[] { NameOf(one.Kind), Show(one.Range) }));
        }

        return ExitCode.Ok;
    }

    private static string NameOf(PermissionKind kind) => kind switch { PermissionKind.Read => "read", PermissionKind.Write => "write", _ => "readwrite" };

    private static string Show(KeyRange range)
    {
        if (range.End is not { } end)
            return Answer.Text(range.From.Span);
        if (range.From.Span is [0] && end.IsEmpty)
            return "all keys";
        if (KeyRange.Prefix(range.From).End is { IsEmpty: false } last && last.Span.SequenceEqual(end.Span))
            return $"{Answer.Text(range.From.Span)}*";
        return end.IsEmpty ? $"from {Answer.Text(range.From.Span)}" : $"from {Answer.Text(range.From.Span)} to {Answer.Text(end.Span)}";
    }
}

internal sealed class RoleListCommand() : ClientCommand("list", "Lists the names of all roles")
{
    protected override async Task<ExitCode> RunAsync(ILutraClient client, ParseResult parsed, Answer answer, CancellationToken cancellationToken)
    {
        var roles = await client.Users.RolesAsync(cancellationToken);
        if (answer.IsJson)
            Answer.Json(new JsonArray([.. roles.Select(role => (JsonNode)role)]));
        else
            answer.Rows(["role"], roles.Select(role => new[] { Answer.Text(role) }));
        return ExitCode.Ok;
    }
}
