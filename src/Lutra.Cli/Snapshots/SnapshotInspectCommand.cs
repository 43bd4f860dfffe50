using System.CommandLine;
using System.Globalization;
using Lutra.Cli.Output;
using Lutra.Cli.Transfer;

namespace Lutra.Cli.Snapshots;

/// <summary>Reads a snapshot from end to end, every checksum, and says what is in it.</summary>
internal sealed class SnapshotInspectCommand : OfflineCommand
{
    private readonly Argument<string> file = SnapshotCommand.FileArgument("The snapshot");

    public SnapshotInspectCommand()
        : base("inspect", "Checks every byte of a snapshot and shows what it holds") => Add(file);

    protected override ExitCode Run(ParseResult parsed, Answer answer)
    {
        var source = new SnapshotFile(parsed.GetRequiredValue(file));
        using var opened = source.Open();
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
