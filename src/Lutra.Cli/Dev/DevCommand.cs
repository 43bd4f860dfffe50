using System.CommandLine;
using Lutra.Cli.Output;

namespace Lutra.Cli.Dev;

/// <summary>A whole cluster on this machine, with a prompt: the first thing that a newcomer runs.</summary>
internal static class DevCommand
{
    public static Command Create()
    {
        var nodes = new Option<int?>("--nodes") { Description = $"How many nodes, from 1 to {DevPlan.NodesMax} [default: as many as the folder holds, or 3]" };
        var folder = new Option<string>("--dir") { Description = "Where they keep their data and logs", DefaultValueFactory = _ => "lutra-dev" };
        var command = new Command("dev", "Runs three nodes on this machine, with a shell that can also kill, start, stop, cut off, heal, add and remove them") { nodes, folder };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var count = parsed.GetValue(nodes);
            if (count is < 1 or > DevPlan.NodesMax)
            {
                Failure.Write($"--nodes is {count}, but must be from 1 to {DevPlan.NodesMax}.");
                return (int)ExitCode.Usage;
            }

            try
            {
                await using var cluster = await DevCluster.StartAsync(parsed.GetRequiredValue(folder), count);
                return (int)await new DevSession(cluster).RunAsync(cancellationToken);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                Failure.Write(fault.Message);
                return (int)ExitCode.Error;
            }
        });
        return command;
    }
}
