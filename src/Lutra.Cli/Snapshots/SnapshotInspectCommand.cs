using System.CommandLine;
using System.Globalization;
using Lutra.Cli.Output;
using Lutra.Cli.Transfer;
using Lutra.Keyspace.Snapshots.Etcd;

namespace Lutra.Cli.Snapshots;

/// <summary>Reads a snapshot from end to end, every checksum, and says what is in it.</summary>
internal sealed class SnapshotInspectCommand : OfflineCommand
{
    private readonly Argument<string> file = SnapshotCommand.FileArgument("The snapshot");

    private readonly Option<bool> skipHashCheck = SnapshotCommand.SkipHashCheck();

    public SnapshotInspectCommand()
        : base("inspect", "Checks every byte of a snapshot, of Lutra's or of etcd's, and shows what it holds")
    {
        // As etcdctl calls it.
        Aliases.Add("status");
        Add(file);
        Add(skipHashCheck);
    }

    protected override ExitCode Run(ParseResult parsed, Answer answer)
    {
        var source = new SnapshotFile(parsed.GetRequiredValue(file));
        using var opened = source.Open();
        if (EtcdSnapshotFile.Recognises(opened))
            return EtcdFileReport.Show(source.Path, opened, parsed.GetValue(skipHashCheck), answer);
        using var read = TransferProgress.ShowAsync("check", 1, moved => Task.FromResult(SnapshotFile.ReadWhole(opened, moved))).GetAwaiter().GetResult();
        if (answer.IsJson)
        {
            Answer.Json(SnapshotFile.Json(source.Path, read));
            return ExitCode.Ok;
        }
        var header = read.Header;
        answer.Rows(
            ["", source.Path],
            [
                ["revision", header.Revision.ToString()],
                ["keys", Number(read.KeyCount)],
                ["leases", Number(read.LeaseCount)],
                ["sessions", Number(read.SessionCount)],
                ["taken", SnapshotFile.Created(header)],
                ["from cluster", header.Cluster.ToString()],
                ["members then", string.Join(", ", read.Configuration.Members.Select(member => $"{member.Label} ({member.ClientAddress})"))],
                ["log position", $"index {header.Position.Index}, term {header.Position.Term}"],
                ["size", SnapshotFile.Size(read.LengthBytes)],
                ["sha256", SnapshotFile.Hash(read)],
            ]);
        return ExitCode.Ok;
    }

    private static string Number(long count) => count.ToString(CultureInfo.InvariantCulture);
}
