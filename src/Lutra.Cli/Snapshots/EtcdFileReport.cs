using System.Globalization;
using System.Text.Json.Nodes;
using Lutra.Cli.Output;
using Lutra.Cli.Transfer;
using Lutra.Keyspace.Snapshots.Etcd;
using Lutra.Storage.Files;

namespace Lutra.Cli.Snapshots;

/// <summary>What is in a snapshot file of etcd's, after every byte of it was checked.</summary>
internal static class EtcdFileReport
{
    public static ExitCode Show(string path, IFile file, bool skipHashCheck, Answer answer)
    {
        var contents = TransferProgress.ShowAsync("check", 1, moved => Task.FromResult(EtcdSnapshotFile.Check(file, skipHashCheck, moved))).GetAwaiter().GetResult();
        var keys = TransferProgress.ShowAsync("count", 1, moved => Task.FromResult(EtcdKeyCount.Of(file, contents, moved))).GetAwaiter().GetResult();
        if (answer.IsJson)
        {
            Answer.Json(new JsonObject
            {
                ["file"] = path,
                ["format"] = "etcd",
                ["revision"] = contents.Revision.Value,
                ["compact_revision"] = contents.CompactRevision.Value,
                ["index"] = contents.AppliedIndex,
                ["keys"] = keys,
                ["versions"] = contents.Versions,
                ["leases"] = contents.Leases,
                ["users"] = contents.Auth.Users.Count,
                ["roles"] = contents.Auth.Roles.Count,
                ["auth_enabled"] = contents.Auth.IsEnabled,
                ["bytes"] = contents.LengthBytes,
                ["sha256"] = Convert.ToHexStringLower(contents.Sha256.AsSpan()),
            });
            return ExitCode.Ok;
        }
        answer.Rows(
            ["", path],
            [
                ["format", "etcd"],
                ["revision", contents.Revision.ToString()],
                ["compacted up to", contents.CompactRevision.ToString()],
                ["keys", Number(keys)],
                ["versions of keys", Number(contents.Versions)],
                ["leases", Number(contents.Leases)],
                ["users", $"{contents.Auth.Users.Count}{(contents.Auth.IsEnabled ? "" : " (not asked for)")}"],
                ["roles", Number(contents.Auth.Roles.Count)],
                ["log position", $"index {contents.AppliedIndex}"],
                ["size", SnapshotFile.Size(contents.LengthBytes)],
                ["sha256", Convert.ToHexStringLower(contents.Sha256.AsSpan())],
            ]);
        return ExitCode.Ok;
    }

    private static string Number(long count) => count.ToString(CultureInfo.InvariantCulture);
}
