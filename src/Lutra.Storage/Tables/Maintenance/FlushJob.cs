namespace Lutra.Storage.Tables;

/// <summary>
/// The oldest waiting memtable becomes a table, and its position the durable one. <paramref name="build"/> is null where it holds nothing.
/// </summary>
internal sealed class FlushJob(
    Memtable memtable, TableBuild? build, Func<ManifestTable, Table> open, CurrentLayers layers, TableEvents events) : TableJob
{
    public override bool IsBusy => build is { IsBusy: true };

    public override bool Prepare() => build is null || build.Step();

    public override Manifest Apply(Manifest manifest)
    {
        // Asked to flush, and nothing happened since the last one.
        if (build is null && memtable.Applied == manifest.Applied)
        {
            Marks.NothingToFlush.Hit();
            return manifest;
        }
        var tables = build?.Result is { } table ? [table, .. manifest.Tables] : manifest.Tables;
        return manifest with { Applied = memtable.Applied, Tables = tables };
    }

    public override void Finish()
    {
        var table = build?.Result is { } record ? open(record) : null;
        var hasRoomAgain = layers.ReplaceFlushed(memtable, table);
        table?.Release();
        events.Flushed(memtable.Applied);
        if (hasRoomAgain)
            events.RoomAgain();
    }

    public override void Close() => build?.Close();

    public override void Abandon() => build?.Discard();
}
