using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using Lutra.Cli.Bench;
using Lutra.Cli.Certificates;
using Lutra.Cli.Client;
using Lutra.Cli.Demo;
using Lutra.Cli.Dev;
using Lutra.Cli.Etcd;
using Lutra.Cli.Help;
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
using Lutra.Cli.Users;

namespace Lutra.Cli;

/// <summary>The commands of <c>lutra</c>, one file each.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is ["etcd", .. var etcd] && etcd is not (["--help"] or ["-h"] or ["-help"]))
            return await EtcdCommand.RunAsync(etcd, CancellationToken.None);
        var root = Root();
        if (args.Length == 0)
        {
            HelpAction.Show(root, Console.Error);
            return (int)ExitCode.Usage;
        }

        // lutra help put: the other common way to ask.
        if (args[0] == "help")
            args = [.. args[1..], "--help"];
        args = LeadingOptions.Move(args, root);
        var parsed = root.Parse(EmptyValues.Split(args));
        if (FaultsOf(args, parsed) is { Count: > 0 } faults)
        {
            foreach (var fault in faults)
                Failure.Write(fault);
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
            EtcdCommand.Create(),
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
            AuthCommand.Create(),
            UserCommand.Create(),
            RoleCommand.Create(),
            ShellCommand.Create(),
            ExportCommand.Create(),
            ImportCommand.Create(),
            SnapshotCommand.Create(),
            RecoverCommand.Create(),
            CertCommand.Create(),
            DemoCommand.Create(),
            CompletionCommand.Create(),
            CompletionCommand.CreateComplete(Root),
            SimCommand.Create(),
            new BenchCommand(),
            VersionCommand.Create(),
        };
        HelpAction.Install(root);
        return root;
    }

    private static IReadOnlyList<string> FaultsOf(string[] args, ParseResult parsed)
    {
        if (StrayOptions.FindFlag(args, parsed) is { } flag)
            return [$"{flag}: this option is true or false."];
        if (parsed.Errors.Count > 0)
            return FaultOfGroup(parsed) is { } fault ? [fault] : [.. parsed.Errors.Select(error => error.Message)];
        return StrayOptions.Find(parsed) is { } stray ? [$"{stray} is no option of this command. If it is meant as it stands, put -- in front of it."] : [];
    }

    /// <summary>The parser says of a command that does nothing without another only that one is missing; here is which there are. Null: it is about something else.</summary>
    private static string? FaultOfGroup(ParseResult parsed)
    {
        if (parsed.CommandResult.Command is not { Action: null, Subcommands.Count: > 0 } group)
            return null;
        var path = group is RootCommand ? "" : CommandPage.PathOf(group) + " ";
        var known = string.Join(", ", group.Subcommands.Where(each => !each.Hidden).Select(each => each.Name));
        return parsed.UnmatchedTokens.Count > 0
            ? $"There is no command \"lutra {path}{Shown(parsed.UnmatchedTokens[0])}\". There are: {known}."
            : $"lutra {path}does something only with one of: {known}.";
    }

    private static string Shown(string word) => Answer.Text(Encoding.UTF8.GetBytes(word.Length > 40 ? word[..40] + "..." : word));

    private static string CommandPath(ParseResult parsed)
    {
        var path = "";
        for (var command = parsed.CommandResult; command?.Command is not (null or RootCommand); command = command.Parent as CommandResult)
            path = $"{command.Command.Name} {path}";
        return path;
    }
}
