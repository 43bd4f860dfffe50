namespace Lutra.Keyspace.Snapshots;

/// <summary>
/// One state of a keyspace, entry by entry, in the order of tables: first the state record, then each key once, in its newest version. Of the users' keys those
/// that are there; no history, no deleted keys. From a running store, or from a file.
/// </summary>
public interface ISnapshotEntries
{
    SnapshotHeader Header { get; }

    /// <summary>The next entry; false after the last, however often it is asked.</summary>
    bool Next();

    /// <summary>The key of the tables. It and the rest hold until the next call.</summary>
    ReadOnlySpan<byte> Key { get; }

    ulong Version { get; }

    ReadOnlyMemory<byte> Value { get; }
}
