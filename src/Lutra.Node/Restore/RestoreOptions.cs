using Lutra.Keyspace.Snapshots;

namespace Lutra.Node.Restore;

/// <summary>Where a restored node goes, and how it begins.</summary>
public sealed record RestoreOptions
{
    /// <summary>Holds one folder per label. Option: --dir.</summary>
    public string Directory { get; init; } = "lutra-data";

    /// <summary>The label of the node. Option: --id.</summary>
    public string Label { get; init; } = "1";

    /// <summary>The name that the nodes of the new cluster share. Option: --cluster.</summary>
    public string ClusterName { get; init; } = "1";

    /// <summary>
    /// By how much the revision jumps ahead: more than the old cluster wrote after the snapshot. 0 where it wrote nothing: then the history in a file of etcd's stays,
    /// too. The same on every node. Option: --revision-jump.
    /// </summary>
    public long RevisionJump { get; init; } = StateImport.RevisionJumpDefault;

    /// <summary>Take a file of etcd's though it has no hash at its end, or a wrong one: a copy of a member's database. Option: --skip-hash-check.</summary>
    public bool SkipHashCheck { get; init; }

    /// <summary>Everything that is wrong, a line each.</summary>
    public IReadOnlyList<string> Errors()
    {
        var errors = new List<string>();
        if (Directory.Length == 0)
            errors.Add("--dir is empty, but must name a folder.");
        if (Identity.Label.TryParse(Label, out var fault) is null)
            errors.Add($"--id is '{Label}', but {fault}.");
        if (ClusterName.Length is 0 or > 64)
            errors.Add($"--cluster is '{ClusterName}', but must have from 1 to 64 characters.");
        if (RevisionJump is < 0 or > StateImport.RevisionJumpMax)
            errors.Add($"--revision-jump is {RevisionJump}, but must be from 0 to {StateImport.RevisionJumpMax}.");
        return errors;
    }
}
