using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Lutra.Cli.Output;

namespace Lutra.Cli.Client;

internal sealed class PutCommand : ClientCommand
{
    private readonly Argument<string> key = new("key") { Description = "The key" };
    private readonly Argument<string> value = new("value") { Description = "The value; - reads it from standard input" };
    private readonly Option<bool> previous = new("--prev") { Description = "Also show what was there before" };
    private readonly Option<string?> idempotencyKey = new("--idempotency-key")
    {
        Description = "A repeat with the same key has no further effect and gets the same answer",
    };

    private PutCommand()
        : base("put", "Writes a key")
    {
        Add(key);
        Add(value);
        Add(previous);
        Add(idempotencyKey);
    }

    public static Command Create() => new PutCommand();

    protected override async Task<ExitCode> RunAsync(ILutraClient client, ParseResult parsed, Answer answer, CancellationToken cancellationToken)
    {
        var text = parsed.GetRequiredValue(value);
        var bytes = text == "-" ? await StandardInput.ReadAllAsync(cancellationToken) : Encoding.UTF8.GetBytes(text);
        var put = new PutOperation(Encoding.UTF8.GetBytes(parsed.GetRequiredValue(key)), bytes, ReturnPrevious: parsed.GetValue(previous));
        var done = await client.PutAsync(put, new WriteOptions(parsed.GetValue(idempotencyKey)), cancellationToken);
        if (answer.IsJson)
        {
            var json = new JsonObject { ["revision"] = done.Revision.Value };
            if (parsed.GetValue(previous))
                json["previous"] = done.Previous is null ? null : Answer.Json(done.Previous);
            Answer.Json(json);
            return ExitCode.Ok;
        }

        Console.Out.WriteLine("OK");
        if (done.Previous is not null)
            Console.Out.WriteLine(Answer.Text(done.Previous.Value.Span));
        return ExitCode.Ok;
    }
}
