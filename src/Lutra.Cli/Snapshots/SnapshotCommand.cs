using System.CommandLine;

namespace Lutra.Cli.Snapshots;

/// <summary>The commands about snapshots.</summary>
internal static class SnapshotCommand
{
    public static Command Create() => new("snapshot", "Backups: the whole store in one file, and new clusters made from one")
    {
        new SnapshotSaveCommand(),
        new SnapshotRestoreCommand(),
        new SnapshotInspectCommand(),
    };

    public static Argument<string> FileArgument(string description) => new("file") { Description = description };
}
