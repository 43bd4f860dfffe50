using System.CommandLine;
using System.Text.Json.Nodes;
using Lutra.Cli.Client;
using Lutra.Cli.Output;

namespace Lutra.Cli.Leases;

internal sealed class LeaseGetCommand : ClientCommand
{
    private readonly Argument<long> lease = LeaseCommand.LeaseArgument();
    private readonly Option<bool> keys = new("--keys") { Description = "Also show the keys attached to it" };

    public LeaseGetCommand()
        : base("get", "Shows what a lease has left")
    {
        Add(lease);
        Add(keys);
    }

    public static JsonObject Json(LeaseStatus status, bool withKeys)
    {
        var json = new JsonObject { ["lease"] = status.Lease, ["granted_ttl"] = status.GrantedTtlSeconds, ["ttl"] = status.TtlSeconds };
        if (withKeys)
            json["keys"] = new JsonArray([.. status.Keys.Select(key => (JsonNode)Answer.Text(key.Span))]);
        return json;
    }

    protected override async Task<ExitCode> RunAsync(ILutraClient client, ParseResult parsed, Answer answer, CancellationToken cancellationToken)
    {
        var withKeys = parsed.GetValue(keys);
        var status = await client.LeaseAsync(parsed.GetRequiredValue(lease), withKeys, cancellationToken);
        if (answer.IsJson)
        {
            Answer.Json(Json(status, withKeys));
            return ExitCode.Ok;
        }

        Console.Out.WriteLine($"lease {status.Lease} has {status.TtlSeconds} of {status.GrantedTtlSeconds} seconds");
        foreach (var key in status.Keys)
            Console.Out.WriteLine(Answer.Text(key.Span));
        return ExitCode.Ok;
    }
}
