using System.CommandLine;
using System.Text.Json.Nodes;
using Lutra.Cli.Client;
using Lutra.Cli.Output;

namespace Lutra.Cli.Leases;

internal sealed class LeaseListCommand() : ClientCommand("list", "Lists the numbers of all leases")
{
    protected override async Task<ExitCode> RunAsync(ILutraClient client, ParseResult parsed, Answer answer, CancellationToken cancellationToken)
    {
        var leases = await client.LeasesAsync(cancellationToken);
        if (answer.IsJson)
            Answer.Json(new JsonArray([.. leases.Select(lease => (JsonNode)lease)]));
        else
            foreach (var lease in leases)
                Console.Out.WriteLine(lease);
        return ExitCode.Ok;
    }
}
