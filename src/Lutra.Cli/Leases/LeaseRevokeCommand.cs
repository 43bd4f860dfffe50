using System.CommandLine;
using System.Text.Json.Nodes;
using Lutra.Cli.Client;
using Lutra.Cli.Output;

namespace Lutra.Cli.Leases;

internal sealed class LeaseRevokeCommand : ClientCommand
{
    private readonly Argument<long> lease = LeaseCommand.LeaseArgument();

    public LeaseRevokeCommand()
        : base("revoke", "Ends a lease and deletes its keys") => Add(lease);

    protected override async Task<ExitCode> RunAsync(ILutraClient client, ParseResult parsed, Answer answer, CancellationToken cancellationToken)
    {
        var revoked = await client.RevokeLeaseAsync(parsed.GetRequiredValue(lease), cancellationToken);
        if (answer.IsJson)
            Answer.Json(new JsonObject { ["revision"] = revoked.Revision.Value });
        else
            Console.Out.WriteLine("OK");
        return ExitCode.Ok;
    }
}
