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

    /// <summary>By how much the revision jumps ahead: more than the old cluster wrote after the snapshot. The same on every node. Option: --revision-jump.</summary>
    public long RevisionJump { get; init; } = StateImport.RevisionJumpDefault;

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
        if (RevisionJump is < 1 or > StateImport.RevisionJumpMax)
            errors.Add($"--revision-jump is {RevisionJump}, but must be from 1 to {StateImport.RevisionJumpMax}.");
        return errors;
    }
}
