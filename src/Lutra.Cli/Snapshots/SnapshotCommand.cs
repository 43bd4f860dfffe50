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

    /// <summary>As etcd has it.</summary>
    public static Option<bool> SkipHashCheck() => new("--skip-hash-check")
    {
        Description = "Take a file of etcd's without the hash at its end, such as a copy of a member's member/snap/db; Lutra's own always have one",
    };

    public static Argument<string> FileArgument(string description) => new("file") { Description = description };
}
