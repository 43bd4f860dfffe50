using System.CommandLine;
using System.Text.Json.Nodes;
using Lutra.Cli.Client;
using Lutra.Cli.Output;

namespace Lutra.Cli.Leases;

internal sealed class LeaseGrantCommand : ClientCommand
{
    private readonly Argument<long> ttl = new("ttl") { Description = "Seconds that it lives without a sign of life" };
    private readonly Option<long> id = new("--id") { Description = "Its number [default: any free one]" };

    public LeaseGrantCommand()
        : base("grant", "Grants a lease and prints its number")
    {
        Add(ttl);
        Add(id);
    }

    protected override async Task<ExitCode> RunAsync(ILutraClient client, ParseResult parsed, Answer answer, CancellationToken cancellationToken)
    {
        var granted = await client.GrantLeaseAsync(parsed.GetRequiredValue(ttl), parsed.GetValue(id), cancellationToken);
        if (answer.IsJson)
            Answer.Json(new JsonObject { ["lease"] = granted.Lease, ["ttl"] = granted.TtlSeconds });
        else if (answer.IsTable)
            Console.Out.WriteLine($"{granted.Lease} (for {granted.TtlSeconds} seconds)");
        else
            Console.Out.WriteLine(granted.Lease);
        return ExitCode.Ok;
    }
}
