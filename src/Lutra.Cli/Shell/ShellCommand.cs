using System.CommandLine;
using Lutra.Cli.Client;
using Lutra.Cli.Output;

namespace Lutra.Cli.Shell;

/// <summary>The interactive client.</summary>
internal sealed class ShellCommand : ClientCommand
{
    private readonly Argument<string?> servers = new("servers") { Description = "The same as --endpoints: localhost:8080,localhost:8081", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> sync = new("--sync")
    {
        Description = "false: put returns a ticket at once, and its outcome is told when it is known",
        DefaultValueFactory = _ => true,
    };

    private ShellCommand()
        : base("shell", "Reads commands from the terminal, or from a pipe: put, get, delete, getall, leader, members, help, exit ...")
    {
        Add(servers);
        Add(sync);
    }

    public static Command Create() => new ShellCommand();

    protected override IReadOnlyList<string> EndpointsOf(ParseResult parsed)
    {
        if (parsed.GetValue(servers) is not { } list)
            return base.EndpointsOf(parsed);
        if (HasEndpoints(parsed))
            throw new LutraException(LutraError.InvalidArgument, "The servers are named twice: once as they are and once by --endpoints. Give one of the two.");
        return Split(list);
    }

    protected override Task<ExitCode> RunAsync(ILutraClient client, ParseResult parsed, Answer answer, CancellationToken cancellationToken)
    {
        if (answer.IsJson)
            throw new LutraException(LutraError.InvalidArgument, "The shell answers in lines. For JSON use the commands themselves, such as: lutra get KEY -o json");
        var endpoints = EndpointsOf(parsed);
        var setup = new ShellSession.Setup(
            client, ShellManner.Client, server => Connect([server], parsed),
            [$"Lutra {LutraVersion.Text} at {string.Join(", ", endpoints)}", "Commands: put, get, delete, getall, leader, members, status, help, exit"],
            parsed.GetValue(sync));
        return Task.Run(() => ShellSession.OnConsole(setup).Run(cancellationToken), CancellationToken.None);
    }
}
