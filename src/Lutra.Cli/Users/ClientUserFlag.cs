using System.CommandLine;
using Lutra.Client;

namespace Lutra.Cli.Users;

/// <summary>Who a command is: <c>--user name:password</c>, or the environment; a password that is left out is asked for.</summary>
internal sealed class ClientUserFlag
{
    private const string Variable = "LUTRA_USER";

    private readonly Option<string?> user = new("--user")
    {
        Description = "Who asks, where the servers ask for users; without a password it is asked for [LUTRA_USER]",
        HelpName = "NAME[:PASSWORD]",
    };

    private ClientCredentials? known;

    public void AddTo(Command command) => command.Add(user);

    /// <summary>Null: nobody.</summary>
    public ClientCredentials? Of(ParseResult parsed)
    {
        // An empty variable is none; an empty option is a mistake.
        var said = parsed.GetValue(user) ?? (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } set ? set : null);
        if (said is null)
            return null;

        // A command may connect to several servers: a password is typed once.
        if (known is null)
        {
            var (name, password) = TypedPassword.Of(said, "Password of");
            known = new ClientCredentials(name, password);
        }

        return known;
    }
}
