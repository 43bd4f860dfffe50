namespace Lutra.Storage.Tables;

/// <summary>A run of neighbouring tables becomes one, without what the rule drops.</summary>
/// <param name="run">Newest first.</param>
internal sealed class MergeJob(IReadOnlyList<Table> run, TableBuild build, Func<ManifestTable, Table> open, CurrentLayers layers) : TableJob
{
    public override bool IsBusy => build.IsBusy;

    public override bool Prepare() => build.Step();

    public override Manifest Apply(Manifest manifest)
    {
        // Flushes may have put newer tables before the run meanwhile.
        var from = manifest.Tables.Select(table => table.Number).ToList().IndexOf(run[0].Record.Number);
        var merged = build.Result is { } table ? [table] : Array.Empty<ManifestTable>();
        return manifest with { Tables = [.. manifest.Tables.Take(from), .. merged, .. manifest.Tables.Skip(from + run.Count)] };
    }

    public override void Finish()
    {
        foreach (var old in run)
            old.IsObsolete = true;
        var table = build.Result is { } record ? open(record) : null;
        layers.ReplaceMerged(run, table);
        table?.Release();
    }

    public override void Close() => build.Close();

    public override void Abandon() => build.Discard();
}
