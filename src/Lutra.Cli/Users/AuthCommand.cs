using System.CommandLine;
using System.Text.Json.Nodes;
using Lutra.Cli.Client;
using Lutra.Cli.Output;

namespace Lutra.Cli.Users;

/// <summary>The commands about whether users are asked for.</summary>
internal static class AuthCommand
{
    public static Command Create() => new("auth", "Whether users are asked for")
    {
        new NamesCommand("enable", "From now on every call needs a user; there must be a user root with the role root", [], static _ => new EnableAuth()),
        new NamesCommand("disable", "From now on everybody may do everything", [], static _ => new DisableAuth()),
        new AuthStatusCommand(),
    };
}

internal sealed class AuthStatusCommand() : ClientCommand("status", "Shows whether users are asked for")
{
    protected override async Task<ExitCode> RunAsync(ILutraClient client, ParseResult parsed, Answer answer, CancellationToken cancellationToken)
    {
        var status = await client.Users.StatusAsync(cancellationToken);
        if (answer.IsJson)
            Answer.Json(new JsonObject { ["enabled"] = status.IsEnabled, ["auth_revision"] = status.AuthRevision });
        else
            answer.Rows(["users are asked for", "auth revision"], [[status.IsEnabled ? "yes" : "no", $"{status.AuthRevision}"]]);
        return ExitCode.Ok;
    }
}
