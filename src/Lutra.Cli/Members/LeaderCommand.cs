using System.CommandLine;
using System.Text.Json.Nodes;
using Lutra.Cli.Client;
using Lutra.Cli.Output;

namespace Lutra.Cli.Members;

/// <summary><c>lutra leader</c> says who leads; <c>lutra leader transfer</c> hands leadership over.</summary>
internal sealed class LeaderCommand : ClientCommand
{
    private LeaderCommand()
        : base("leader", "Says who leads") => Add(new LeaderTransferCommand());

    public static Command Create() => new LeaderCommand();

    protected override async Task<ExitCode> RunAsync(ILutraClient client, ParseResult parsed, Answer answer, CancellationToken cancellationToken)
    {
        var status = await client.StatusAsync(cancellationToken);
        if (status.LeaderLabel is not { } leader)
        {
            Failure.Write($"No leader is known. {string.Join(' ', status.Waiting)}");
            return ExitCode.Unavailable;
        }

        if (answer.IsJson)
            Answer.Json(new JsonObject { ["leader"] = leader, ["address"] = status.LeaderAddress, ["term"] = status.Term });
        else
            answer.Rows(["leader", "address", "term"], [[leader, status.LeaderAddress ?? "", $"{status.Term}"]]);
        return ExitCode.Ok;
    }

    private sealed class LeaderTransferCommand : ClientCommand
    {
        private readonly Argument<string?> to = new("to") { Description = "The voter that shall lead [default: the one that is furthest]", Arity = ArgumentArity.ZeroOrOne };

        public LeaderTransferCommand()
            : base("transfer", "Hands leadership to another voter") => Add(to);

        protected override async Task<ExitCode> RunAsync(ILutraClient client, ParseResult parsed, Answer answer, CancellationToken cancellationToken)
        {
            var leader = await client.MoveLeaderAsync(parsed.GetValue(to), cancellationToken);
            if (answer.IsJson)
                Answer.Json(new JsonObject { ["leader"] = leader });
            else
                Console.Out.WriteLine($"Node {leader} leads.");
            return ExitCode.Ok;
        }
    }
}
