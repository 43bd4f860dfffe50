using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Lutra.Cli.Output;
using Spectre.Console;

namespace Lutra.Cli.Client;

/// <summary>Shows changes as they happen, until Ctrl+C.</summary>
internal sealed class WatchCommand : ClientCommand
{
    private readonly Argument<string?> key = new("key") { Description = "The key to follow; with --prefix, what the keys start with", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> prefix = new("--prefix") { Description = "Every key that starts with the key given; all keys without one" };
    private readonly Option<string?> from = new("--from") { Description = "Every key from this one on" };
    private readonly Option<string?> to = new("--to") { Description = "Up to this key, and without it" };
    private readonly Option<long> revision = new("--revision") { Description = "Begin with the changes of this revision [default: those after now]" };
    private readonly Option<bool> previous = new("--prev") { Description = "Also show what was there before" };
    private readonly Option<bool> noPuts = new("--no-puts") { Description = "Leave puts out" };
    private readonly Option<bool> noDeletes = new("--no-deletes") { Description = "Leave deletions out" };

    private WatchCommand()
        : base("watch", "Follows keys, and shows each change as it happens")
    {
        Add(key);
        Add(prefix);
        Add(from);
        Add(to);
        Add(revision);
        Add(previous);
        Add(noPuts);
        Add(noDeletes);
    }

    public static Command Create() => new WatchCommand();

    protected override async Task<ExitCode> RunAsync(ILutraClient client, ParseResult parsed, Answer answer, CancellationToken cancellationToken)
    {
        var watch = new WatchOperation(
            RangeOf(parsed), new Revision(parsed.GetValue(revision)), parsed.GetValue(previous), parsed.GetValue(noPuts), parsed.GetValue(noDeletes));
        try
        {
            await foreach (var batch in client.WatchAsync(watch, cancellationToken))
            {
                foreach (var change in batch.Events)
                    Show(change, answer);
                Console.Out.Flush();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl+C is how a watch ends.
        }

        return ExitCode.Ok;
    }

    private KeyRange RangeOf(ParseResult parsed)
    {
        var given = parsed.GetValue(key);
        var (first, last) = (parsed.GetValue(from), parsed.GetValue(to));
        if (first is not null || last is not null)
        {
            if (given is not null || parsed.GetValue(prefix))
                throw new LutraException(LutraError.InvalidArgument, "--from and --to name a range, and so does a key: give one or the other.");
            return new KeyRange(Encoding.UTF8.GetBytes(first ?? ""), Encoding.UTF8.GetBytes(last ?? ""));
        }

        if (parsed.GetValue(prefix))
            return KeyRange.Prefix(Encoding.UTF8.GetBytes(given ?? ""));
        return given is { Length: > 0 }
            ? KeyRange.Single(Encoding.UTF8.GetBytes(given))
            : throw new LutraException(LutraError.InvalidArgument, "Which key? Name it, or follow many with --prefix.");
    }

    private static void Show(WatchEvent change, Answer answer)
    {
        var name = Answer.Text(change.Current.Key.Span);
        if (answer.IsJson)
        {
            var json = new JsonObject { ["type"] = change.IsDelete ? "delete" : "put", ["kv"] = Answer.Json(change.Current, withValue: !change.IsDelete) };
            if (change.Previous is not null)
                json["previous"] = Answer.Json(change.Previous);
            Console.Out.WriteLine(json.ToJsonString());
            return;
        }

        var before = change.Previous is null ? "" : $"\t(was {Answer.Text(change.Previous.Value.Span)})";
        var line = change.IsDelete ? $"\t{name}{before}" : $"\t{name}\t{Answer.Text(change.Current.Value.Span)}{before}";
        var word = change.IsDelete ? "DELETE" : "PUT";
        if (answer.IsTable)
            AnsiConsole.MarkupLineInterpolated($"[{(change.IsDelete ? "red" : "green")}]{word}[/]{line}");
        else
            Console.Out.WriteLine(word + line);
    }
}
