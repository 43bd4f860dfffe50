using System.CommandLine;
using System.Text.Json.Nodes;
using Lutra.Cli.Output;
using Lutra.Cli.Snapshots;
using Lutra.Cli.Transfer;
using Lutra.Keyspace.Snapshots;
using Lutra.Node.Hosting;
using Lutra.Node.Restore;
using Spectre.Console;

namespace Lutra.Cli.Recover;

/// <summary>After a majority is lost for good: looks at the folders that are left, says what could be lost, and makes a new cluster from the best one.</summary>
internal sealed class RecoverCommand : OfflineCommand
{
    private readonly Argument<string[]> folders = new("dir")
    {
        Description = "The folders that are left of the cluster: of nodes, or a --dir that holds some",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> to = new("--to")
    {
        Description = "The --dir of the new cluster's node [default: that of the old one, and -recovered]",
    };

    private readonly Option<string?> snapshot = new("--snapshot")
    {
        Description = "Write the state into this file instead, to restore a new cluster of several nodes from it",
    };

    private readonly Option<long> jump = new("--revision-jump")
    {
        Description = "How far the revision jumps ahead: more than the lost nodes may have written beyond these",
        DefaultValueFactory = _ => StateImport.RevisionJumpDefault,
    };

    private readonly Option<bool> yes = new("--yes", "-y") { Description = "Do it without asking" };

    private RecoverCommand()
        : base("recover", "Makes a new cluster from what is left, after a majority of the nodes is lost for good. No node may run on the folders")
    {
        Add(folders);
        Add(to);
        Add(snapshot);
        Add(jump);
        Add(yes);
    }

    public static Command Create() => new RecoverCommand();

    protected override ExitCode Run(ParseResult parsed, Answer answer)
    {
        var options = new RestoreOptions { RevisionJump = parsed.GetValue(jump) };
        if (options.Errors() is { Count: > 0 } errors)
            throw new ArgumentException(errors[0]);
        using var recovery = FolderTools.OpenSurvivors(parsed.GetRequiredValue(folders));
        if (!answer.IsJson)
            RecoverReport.Show(recovery, answer);
        if (recovery.Best is not { } best)
        {
            Failure.Write("None of these folders can be used.");
            return ExitCode.Error;
        }
        var target = parsed.GetValue(snapshot) is { } path ? new SnapshotFile(path) : null;
        var directory = parsed.GetValue(to) ?? Path.GetDirectoryName(best.Folder) + "-recovered";
        if (target?.Exists == true)
            throw new LutraException(LutraError.InvalidArgument, $"{target.Path} is there already. Name another file.");
        if (!parsed.GetValue(yes) && !Agreed(target is null ? $"Make a new cluster from {best.Folder}, in {Path.Combine(directory, best.Label)}?" : $"Write the state of {best.Folder} into {target.Path}?"))
            return ExitCode.Error;

        var made = target is null ? MakeNode(recovery, directory, options.RevisionJump, answer) : MakeSnapshot(recovery, target, answer);
        if (answer.IsJson)
            Answer.Json(new JsonObject { ["folders"] = RecoverReport.FoldersJson(recovery), ["loss"] = RecoverReport.LossJson(recovery), ["made"] = made });
        return ExitCode.Ok;
    }

    private static bool Agreed(string question)
    {
        if (!Console.IsInputRedirected && !Console.IsOutputRedirected)
            return AnsiConsole.Confirm(Markup.Escape(question), defaultValue: false);
        Failure.Write($"{question} Nobody can be asked here: say --yes. Nothing was done.");
        return false;
    }

    private static JsonObject MakeNode(Recovery recovery, string directory, long revisionJump, Answer answer)
    {
        var made = TransferProgress.ShowAsync("recover", 1, moved => Task.FromResult(FolderTools.Recover(recovery, directory, revisionJump, moved)))
            .GetAwaiter().GetResult();
        if (!answer.IsJson)
        {
            Console.Out.WriteLine($"Made {made.Folder}: cluster {made.Cluster}, {made.Keys} keys, {made.Leases} leases; it begins at revision {made.Revision}.");
            Failure.Hint(
                $"Start it, alone, and add the other members afterwards, each with an empty folder:{Environment.NewLine}"
                + $"  lutra serve --id={made.Label} --dir={directory} --addr=HOST:PORT{Environment.NewLine}"
                + "Nodes of the old cluster can never talk to it. The old folders are as they were: keep them until you know that you need nothing of them.");
        }
        return new JsonObject
        {
            ["folder"] = made.Folder,
            ["id"] = made.Label,
            ["node"] = made.Node,
            ["cluster"] = made.Cluster,
            ["keys"] = made.Keys,
            ["leases"] = made.Leases,
            ["revision"] = made.Revision.Value,
        };
    }

    private static JsonObject MakeSnapshot(Recovery recovery, SnapshotFile target, Answer answer)
    {
        try
        {
            using var written = target.CreateUnfinished();
            var offset = 0L;
            foreach (var piece in FolderTools.SaveBest(recovery))
            {
                written.Write(piece.Span, offset);
                offset += piece.Length;
            }
            written.Sync();
            using var read = TransferProgress.ShowAsync("check", 1, moved => Task.FromResult(SnapshotFile.ReadWhole(written, moved))).GetAwaiter().GetResult();
            target.Finish();
            if (!answer.IsJson)
            {
                Console.Out.WriteLine($"Saved {target.Path}: revision {read.Header.Revision}, {read.KeyCount} keys, {read.LeaseCount} leases.");
                Failure.Hint("Restore each node of the new cluster from it with: lutra snapshot restore");
            }
            return SnapshotFile.Json(target.Path, read);
        }
        finally
        {
            target.DeleteUnfinished();
        }
    }
}
