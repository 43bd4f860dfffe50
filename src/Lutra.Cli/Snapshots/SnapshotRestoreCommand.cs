using System.CommandLine;
using System.Text.Json.Nodes;
using Lutra.Cli.Output;
using Lutra.Cli.Transfer;
using Lutra.Keyspace.Snapshots;
using Lutra.Node.Hosting;
using Lutra.Node.Restore;

namespace Lutra.Cli.Snapshots;

/// <summary>Makes the folder of one node of a new cluster from a snapshot.</summary>
internal sealed class SnapshotRestoreCommand : OfflineCommand
{
    private readonly Argument<string> file = SnapshotCommand.FileArgument("The snapshot");

    private readonly Option<string> dir = new("--dir")
    {
        Description = "Holds one folder per node; that of this node must be new or empty",
        DefaultValueFactory = _ => "./lutra-data",
    };

    private readonly Option<string> id = new("--id") { Description = "The node's label", DefaultValueFactory = _ => "1" };

    private readonly Option<string> cluster = new("--cluster") { Description = "The name that the nodes of the new cluster share", DefaultValueFactory = _ => "1" };

    private readonly Option<long> jump = new("--revision-jump")
    {
        Description = "How far the revision jumps ahead: more than was written after the snapshot; 0 where nothing was. The same for each node",
        DefaultValueFactory = _ => StateImport.RevisionJumpDefault,
    };

    private readonly Option<bool> skipHashCheck = SnapshotCommand.SkipHashCheck();

    public SnapshotRestoreCommand()
        : base("restore", "Makes a node of a new cluster from a snapshot, of Lutra's or of etcd's: once for each node, from the same file, then start them all as new")
    {
        Add(file);
        Add(dir);
        Add(id);
        Add(cluster);
        Add(jump);
        Add(skipHashCheck);
    }

    protected override ExitCode Run(ParseResult parsed, Answer answer)
    {
        var source = new SnapshotFile(parsed.GetRequiredValue(file));
        source.Open().Dispose();
        var options = new RestoreOptions
        {
            Directory = parsed.GetRequiredValue(dir),
            Label = parsed.GetRequiredValue(id),
            ClusterName = parsed.GetRequiredValue(cluster),
            RevisionJump = parsed.GetValue(jump),
            SkipHashCheck = parsed.GetValue(skipHashCheck),
        };
        var restored = TransferProgress.ShowAsync("restore", 1, moved => Task.FromResult(FolderTools.Restore(source.Path, options, moved))).GetAwaiter().GetResult();
        if (answer.IsJson)
        {
            Answer.Json(new JsonObject
            {
                ["folder"] = restored.Folder,
                ["id"] = restored.Label,
                ["node"] = restored.Node,
                ["keys"] = restored.Keys,
                ["leases"] = restored.Leases,
                ["snapshot_revision"] = restored.SourceRevision.Value,
                ["revision"] = restored.Revision.Value,
            });
            return ExitCode.Ok;
        }
        Console.Out.WriteLine($"Restored {restored.Folder}: {restored.Keys} keys, {restored.Leases} leases, as of revision {restored.SourceRevision}.");
        Console.Out.WriteLine(
            options.RevisionJump == 0
                ? $"The new cluster goes on at revision {restored.Revision}: nothing may have been written after the snapshot."
                : $"The new cluster begins at revision {restored.Revision}; what it was before counts as compacted.");
        Failure.Hint(
            $"Restore the other nodes from the same file, each under its own --id. Then start all with the same --peers, this one with:{Environment.NewLine}"
            + $"  lutra serve --id={restored.Label} --dir={options.Directory}{(options.ClusterName == "1" ? "" : $" --cluster={options.ClusterName}")} --addr=HOST:PORT --peers=…{Environment.NewLine}"
            + "One node alone makes a cluster of one: start it without --peers. Nodes of the old cluster can never talk to it.");
        return ExitCode.Ok;
    }
}
