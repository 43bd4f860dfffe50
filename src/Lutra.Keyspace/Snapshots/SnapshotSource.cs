using Lutra.Raft;
using Lutra.Storage.Tables;

namespace Lutra.Keyspace.Snapshots;

/// <summary>
/// What a pinned state holds, for a snapshot. History is left out: whoever restores begins at a revision that nobody has seen, with everything before it
/// compacted (pitfall S10). Reads everything once, in bounded memory, and stops nobody.
/// </summary>
public sealed class SnapshotSource : ISnapshotEntries, IDisposable
{
    private readonly KeyspaceMergePass alive = new(includesOldest: true);
    private readonly TableCursor cursor;
    private readonly ByteWriter state = new();
    private byte[] lastUserKey = [];
    private int lastUserKeyBytes;
    private bool hasBegun;
    private bool isAtState;
    private bool hasEnded;

    /// <param name="view">Outlasts this source.</param>
    /// <param name="nowMillis">The time, Unix milliseconds.</param>
    public SnapshotSource(KeyspaceView view, ClusterId cluster, long nowMillis)
    {
        ArgumentNullException.ThrowIfNull(view);
        cursor = view.OpenScan(out var aboutBytes);
        view.State.Write(state);
        Header = new SnapshotHeader(cluster, view.Applied, view.Revision, nowMillis, aboutBytes);
    }

    public SnapshotHeader Header { get; }

    public ReadOnlySpan<byte> Key => isAtState ? TableKeys.State : cursor.Key;

    public ulong Version => isAtState ? Header.Position.Index.Value : cursor.Version;

    public ReadOnlyMemory<byte> Value => isAtState ? state.WrittenMemory : cursor.Value;

    public bool Next()
    {
        if (hasEnded)
            return false;
        if (!hasBegun)
        {
            // A store that has applied nothing has written no state yet; a snapshot always has one.
            hasBegun = isAtState = true;
            return true;
        }
        for (var found = isAtState ? cursor.Seek([], ulong.MaxValue) : cursor.Next(); found; found = cursor.Next())
        {
            isAtState = false;
            if (cursor.Key[0] == TableKeys.Revisions)
                break;
            if (alive.Keep(cursor.Key, cursor.Version, cursor.Value.Span) && !cursor.Key.SequenceEqual(TableKeys.State) && IsThere())
                return true;
        }
        isAtState = false;
        hasEnded = true;
        return false;
    }

    public void Dispose() => cursor.Dispose();

    private bool IsThere()
    {
        var key = cursor.Key;
        if (key[0] != TableKeys.User)
            return true;
        if (key.SequenceEqual(lastUserKey.AsSpan(0, lastUserKeyBytes)))
            return false;
        if (lastUserKey.Length < key.Length)
            lastUserKey = new byte[key.Length * 2];
        key.CopyTo(lastUserKey);
        lastUserKeyBytes = key.Length;
        return !KeyVersion.IsTombstoneRecord(cursor.Value.Span);
    }
}
