using System.CommandLine;
using Lutra.Cli.Client;
using Lutra.Cli.Demo;
using Lutra.Cli.Dev;
using Lutra.Cli.Leases;
using Lutra.Cli.Members;
using Lutra.Cli.Output;
using Lutra.Cli.Recover;
using Lutra.Cli.Scripts;
using Lutra.Cli.Serve;
using Lutra.Cli.Shell;
using Lutra.Cli.Sim;
using Lutra.Cli.Snapshots;
using Lutra.Cli.Transfer;

namespace Lutra.Cli;

/// <summary>The commands of <c>lutra</c>, one file each.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        var root = Root();
        var parsed = root.Parse(LeadingOptions.Move(args, root));
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
                Failure.Write(error.Message);
            Failure.Hint($"See: lutra {CommandPath(parsed)}--help");
            return (int)ExitCode.Usage;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    internal static RootCommand Root()
    {
        var root = new RootCommand("Lutra: a distributed key-value store. Start with: lutra dev, or: lutra serve")
        {
            ServeCommand.Create(),
            DevCommand.Create(),
            PutCommand.Create(),
            GetCommand.Create(),
            DelCommand.Create(),
            KeysCommand.Create(),
            TxnCommand.Create(),
            WatchCommand.Create(),
            LeaseCommand.Create(),
            StatusCommand.Create(),
            MemberCommand.Create(),
            LeaderCommand.Create(),
            ShellCommand.Create(),
            ExportCommand.Create(),
            ImportCommand.Create(),
            SnapshotCommand.Create(),
            RecoverCommand.Create(),
            DemoCommand.Create(),
            CompletionCommand.Create(),
            CompletionCommand.CreateComplete(Root),
            SimCommand.Create(),
            VersionCommand.Create(),
        };
        return root;
    }

    private static string CommandPath(ParseResult parsed) =>
        parsed.CommandResult.Command is RootCommand ? "" : parsed.CommandResult.Command.Name + " ";
}
