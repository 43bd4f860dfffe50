using Lutra.Keyspace.Snapshots;

namespace Lutra.Node.Restore;

/// <summary>Passes entries on, and says now and then how far it is, from 0 to 1.</summary>
/// <param name="count">How many there will be.</param>
internal sealed class CountedEntries(ISnapshotEntries entries, long count, Action<double> progress) : ISnapshotEntries
{
    private const int TellEvery = 10_000;

    private long passed;

    public SnapshotHeader Header => entries.Header;

    public ReadOnlySpan<byte> Key => entries.Key;

    public ulong Version => entries.Version;

    public ReadOnlyMemory<byte> Value => entries.Value;

    public bool Next()
    {
        var more = entries.Next();
        if (!more || ++passed % TellEvery == 0)
            progress(more ? (double)passed / count : 1);
        return more;
    }
}
