using Lutra.Raft;
using Lutra.Storage.Files;

namespace Lutra.Storage.Tables;

/// <summary>
/// Received tables become the whole state. Each is verified once more from end to end: what they say about themselves goes into the
/// manifest. Then they are moved in under numbers of their own; until the edit is durable the old state is the state.
/// </summary>
/// <param name="received">Newest first.</param>
internal sealed class InstallJob(
    IFiles files, IReadOnlyList<string> received, LogPosition applied, Action installed,
    Func<ulong> nextNumber, Func<ManifestTable, Table> open, CurrentLayers layers, TableEvents events) : TableJob
{
    private readonly List<TableSummary> verified = [];
    private readonly List<ManifestTable> moved = [];
    private TableVerification? verification;

    public override bool Prepare()
    {
        if (verified.Count < received.Count)
        {
            verification ??= TableVerification.Begin(files, received[verified.Count]);
            if (!verification.Step())
                return false;
            verified.Add(verification.Summary);
            verification.Dispose();
            verification = null;
            return false;
        }
        foreach (var path in received)
        {
            var table = ManifestTable.From(nextNumber(), verified[moved.Count]);
            files.Rename(path, table.Path);
            moved.Add(table);
        }
        return true;
    }

    public override Manifest Apply(Manifest manifest) => manifest with { Applied = applied, Tables = moved };

    public override void Finish()
    {
        Marks.StateInstalled.Hit();
        foreach (var old in layers.Latest.Layers.Tables)
            old.IsObsolete = true;
        var tables = moved.Select(open).ToArray();
        var hasRoomAgain = layers.ReplaceAll(tables, applied);
        foreach (var table in tables)
            table.Release();
        installed();
        if (hasRoomAgain)
            events.RoomAgain();
    }

    public override void Close() => verification?.Dispose();

    /// <summary>The received files stay where they are; those moved already are removed when the store opens the next time.</summary>
    public override void Abandon() => Close();
}
