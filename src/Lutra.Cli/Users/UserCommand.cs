using System.CommandLine;
using System.Text.Json.Nodes;
using Lutra.Cli.Client;
using Lutra.Cli.Output;
using Lutra.Client;

namespace Lutra.Cli.Users;

/// <summary>The commands about users.</summary>
internal static class UserCommand
{
    public static Command Create() => new("user", "Users: who may log in, and with which roles")
    {
        new UserAddCommand(),
        new NamesCommand("delete", "Removes a user; its tokens are void", ["user"], static names => new DeleteUser(names[0])),
        new UserPasswordCommand(),
        new NamesCommand("grant-role", "Gives a user a role", ["user", "role"], static names => new GrantRole(names[0], names[1])),
        new NamesCommand("revoke-role", "Takes a role from a user", ["user", "role"], static names => new RevokeRole(names[0], names[1])),
        new UserGetCommand(),
        new UserListCommand(),
    };
}

internal sealed class UserAddCommand : AuthChangeCommand
{
    private readonly Argument<string> user = new("user") { Description = "Its name, and its password behind a colon; a password that is left out is asked for" };
    private readonly Option<bool> noPassword = new("--no-password") { Description = "Nobody logs in as this user by a password: it shows a certificate" };

    public UserAddCommand()
        : base("add", "Adds a user")
    {
        Add(user);
        Add(noPassword);
    }

    protected override AuthChange ChangeOf(ParseResult parsed)
    {
        var said = parsed.GetRequiredValue(user);
        if (!parsed.GetValue(noPassword))
        {
            var (name, password) = TypedPassword.Of(said, "Password of");
            return new AddUser(name, password);
        }

        return ClientCredentials.Parse(said) is { User.Length: > 0, Password: null }
            ? new AddUser(said, null)
            : throw new LutraException(LutraError.InvalidArgument, "A user has a name, and a password or --no-password: give one of the two.");
    }
}

internal sealed class UserPasswordCommand : AuthChangeCommand
{
    private readonly Argument<string> user = new("user") { Description = "Its name, and the new password behind a colon; a password that is left out is asked for" };

    public UserPasswordCommand()
        : base("passwd", "Sets a user's password; its tokens are void") => Add(user);

    protected override AuthChange ChangeOf(ParseResult parsed)
    {
        var (name, password) = TypedPassword.Of(parsed.GetRequiredValue(user), "New password of");
        return new SetPassword(name, password);
    }
}

internal sealed class UserGetCommand : ClientCommand
{
    private readonly Argument<string> user = new("user") { Description = "The name of the user" };

    public UserGetCommand()
        : base("get", "Shows the roles of a user") => Add(user);

    protected override async Task<ExitCode> RunAsync(ILutraClient client, ParseResult parsed, Answer answer, CancellationToken cancellationToken)
    {
        var found = await client.Users.UserAsync(parsed.GetRequiredValue(user), cancellationToken);
        if (answer.IsJson)
            Answer.Json(new JsonObject { ["name"] = found.Name, ["roles"] = new JsonArray([.. found.Roles.Select(role => (JsonNode)role)]) });
        else
            answer.Rows(["role"], found.Roles.Select(role => new[] { Answer.Text(role) }));
        return ExitCode.Ok;
    }
}

internal sealed class UserListCommand() : ClientCommand("list", "Lists the names of all users")
{
    protected override async Task<ExitCode> RunAsync(ILutraClient client, ParseResult parsed, Answer answer, CancellationToken cancellationToken)
    {
        var users = await client.Users.UsersAsync(cancellationToken);
        if (answer.IsJson)
            Answer.Json(new JsonArray([.. users.Select(user => (JsonNode)user)]));
        else
            answer.Rows(["user"], users.Select(user => new[] { Answer.Text(user) }));
        return ExitCode.Ok;
    }
}
