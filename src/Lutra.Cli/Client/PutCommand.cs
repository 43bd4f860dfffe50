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

    private readonly Option<long> ttl = new("--ttl") { HelpName = "SECONDS", Description = "Delete the key after so many seconds: attach it to a lease of its own" };
    private readonly Option<long> lease = new("--lease") { Description = "Attach the key to this lease" };

    private PutCommand()
        : base("put", "Writes a key")
    {
        Add(key);
        Add(value);
        Add(previous);
        Add(idempotencyKey);
        Add(ttl);
        Add(lease);
    }

    public static Command Create() => new PutCommand();

    protected override async Task<ExitCode> RunAsync(ILutraClient client, ParseResult parsed, Answer answer, CancellationToken cancellationToken)
    {
        var text = parsed.GetRequiredValue(value);
        var bytes = text == "-" ? await StandardInput.ReadAllAsync(cancellationToken) : Encoding.UTF8.GetBytes(text);
        var attached = await LeaseAsync(client, parsed, cancellationToken);
        var put = new PutOperation(Encoding.UTF8.GetBytes(parsed.GetRequiredValue(key)), bytes, attached, parsed.GetValue(previous));
        var done = await client.PutAsync(put, new WriteOptions(parsed.GetValue(idempotencyKey)), cancellationToken);
        if (answer.IsJson)
        {
            var json = new JsonObject { ["revision"] = done.Revision.Value };
            if (attached != 0)
                json["lease"] = attached;
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

    private async ValueTask<long> LeaseAsync(ILutraClient client, ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetResult(ttl) is null)
            return parsed.GetValue(lease);
        if (parsed.GetValue(lease) != 0)
            throw new LutraException(LutraError.InvalidArgument, "--ttl grants a lease of the key's own, and --lease names another: give one of them.");
        if (parsed.GetValue(idempotencyKey) is not null)
            throw new LutraException(LutraError.InvalidArgument, "A repeat with --ttl would name another lease: grant one with 'lutra lease grant' and give it as --lease.");
        return (await client.GrantLeaseAsync(parsed.GetValue(ttl), cancellationToken: cancellationToken)).Lease;
    }
}
