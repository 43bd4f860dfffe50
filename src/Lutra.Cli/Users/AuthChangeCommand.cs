using System.CommandLine;
using System.Text.Json.Nodes;
using Lutra.Cli.Client;
using Lutra.Cli.Output;

namespace Lutra.Cli.Users;

/// <summary>A command that changes users or roles.</summary>
internal abstract class AuthChangeCommand(string name, string description) : ClientCommand(name, description)
{
    protected override async Task<ExitCode> RunAsync(ILutraClient client, ParseResult parsed, Answer answer, CancellationToken cancellationToken)
    {
        var done = await client.Users.ChangeAsync(ChangeOf(parsed), cancellationToken);
        if (answer.IsJson)
            Answer.Json(new JsonObject { ["revision"] = done.Revision.Value });
        else
            Console.Out.WriteLine("OK");
        return ExitCode.Ok;
    }

    /// <summary>Throws <see cref="LutraException"/> where what was typed makes none.</summary>
    protected abstract AuthChange ChangeOf(ParseResult parsed);
}

/// <summary>One that takes names and nothing else.</summary>
internal sealed class NamesCommand : AuthChangeCommand
{
    private readonly Argument<string>[] names;
    private readonly Func<string[], AuthChange> change;

    public NamesCommand(string name, string description, string[] arguments, Func<string[], AuthChange> change)
        : base(name, description)
    {
        names = [.. arguments.Select(argument => new Argument<string>(argument) { Description = $"The name of the {argument}" })];
        this.change = change;
        foreach (var argument in names)
            Add(argument);
    }

    protected override AuthChange ChangeOf(ParseResult parsed) => change([.. names.Select(parsed.GetRequiredValue)]);
}
