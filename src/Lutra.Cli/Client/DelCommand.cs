using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Lutra.Cli.Output;
using Spectre.Console;

namespace Lutra.Cli.Client;

internal sealed class DelCommand : ClientCommand
{
    private readonly Argument<string?> key = new("key") { Description = "The key", Arity = ArgumentArity.ZeroOrOne };
    private readonly RangeOptions range = new();
    private readonly Option<bool> yes = new("--yes", "-y") { Description = "Delete a range without asking" };

    private DelCommand()
        : base("del", "Deletes a key, or a range of keys")
    {
        Aliases.Add("delete");
        Add(key);
        range.AddTo(this);
        Add(yes);
    }

    public static Command Create() => new DelCommand();

    protected override async Task<ExitCode> RunAsync(ILutraClient client, ParseResult parsed, Answer answer, CancellationToken cancellationToken)
    {
        var single = parsed.GetValue(key);
        if (single is null == !range.IsGiven(parsed))
            throw new LutraException(LutraError.InvalidArgument, "Name a key, or a range by --prefix, --from or --to: one of the two.");
        if (single is null && !parsed.GetValue(yes) && !await AgreedAsync(client, range.Of(parsed), cancellationToken))
            return ExitCode.Error;

        var what = single is null ? range.Of(parsed) : KeyRange.Single(Encoding.UTF8.GetBytes(single));
        var done = await client.DeleteAsync(new DeleteOperation(what), default, cancellationToken);
        if (answer.IsJson)
            Answer.Json(new JsonObject { ["deleted"] = done.Deleted, ["revision"] = done.Revision.Value });
        else
            Console.Out.WriteLine(done.Deleted);
        return done.Deleted == 0 && single is not null ? ExitCode.NotFound : ExitCode.Ok;
    }

    private static async Task<bool> AgreedAsync(ILutraClient client, KeyRange what, CancellationToken cancellationToken)
    {
        var counted = await client.RangeAsync(new RangeOperation(what, CountOnly: true), default, cancellationToken);
        if (counted.Count == 0)
            return true;
        var keys = counted.Count == 1 ? "1 key" : $"{counted.Count} keys";
        if (Console.IsInputRedirected || Console.IsOutputRedirected)
        {
            Failure.Write($"This would delete {keys}. Nobody can be asked here: say --yes.");
            return false;
        }

        return AnsiConsole.Confirm($"Delete {keys}?", defaultValue: false);
    }
}
