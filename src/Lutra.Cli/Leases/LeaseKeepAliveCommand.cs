using System.CommandLine;
using Lutra.Cli.Client;
using Lutra.Cli.Output;

namespace Lutra.Cli.Leases;

internal sealed class LeaseKeepAliveCommand : ClientCommand
{
    private readonly Argument<long> lease = LeaseCommand.LeaseArgument();
    private readonly Option<bool> once = new("--once") { Description = "One sign of life, instead of one every third of its time until Ctrl+C" };

    public LeaseKeepAliveCommand()
        : base("keep-alive", "Keeps a lease alive")
    {
        Add(lease);
        Add(once);
    }

    protected override async Task<ExitCode> RunAsync(ILutraClient client, ParseResult parsed, Answer answer, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var status = await client.KeepAliveAsync(parsed.GetRequiredValue(lease), cancellationToken);
                if (answer.IsJson)
                    Answer.Json(LeaseGetCommand.Json(status, withKeys: false));
                else
                    Console.Out.WriteLine($"lease {status.Lease} has {status.TtlSeconds} seconds");
                if (parsed.GetValue(once))
                    return ExitCode.Ok;
                await Task.Delay(TimeSpan.FromSeconds(Math.Max(1, status.GrantedTtlSeconds / 3.0)), cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && !parsed.GetValue(once))
        {
            // Ctrl+C is how it ends; the lease ends by itself then.
            return ExitCode.Ok;
        }
    }
}
