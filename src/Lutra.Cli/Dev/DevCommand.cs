using System.CommandLine;
using Lutra.Cli.Output;

namespace Lutra.Cli.Dev;

/// <summary>A whole cluster on this machine, with a prompt: the first thing that a newcomer runs.</summary>
internal static class DevCommand
{
    public static Command Create()
    {
        var nodes = new Option<int>("--nodes") { Description = "How many nodes, from 1 to 9", DefaultValueFactory = _ => 3 };
        var folder = new Option<string>("--dir") { Description = "Where they keep their data", DefaultValueFactory = _ => "lutra-dev" };
        var command = new Command("dev", "Runs three nodes on this machine, with a prompt to put, get, kill and start") { nodes, folder };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var count = parsed.GetValue(nodes);
            if (count is < 1 or > 9)
            {
                Failure.Write($"--nodes is {count}, but must be from 1 to 9.");
                return (int)ExitCode.Usage;
            }

            try
            {
                await using var cluster = DevCluster.Start(parsed.GetRequiredValue(folder), count);
                await new DevSession(cluster).RunAsync(cancellationToken);
                return (int)ExitCode.Ok;
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
