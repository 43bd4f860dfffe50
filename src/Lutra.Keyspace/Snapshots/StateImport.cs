using Lutra.Raft;
using Lutra.Storage.Files;
using Lutra.Storage.Tables;

namespace Lutra.Keyspace.Snapshots;

/// <summary>
/// Makes a state that was taken elsewhere the state with which a new cluster begins. Keys, leases and sessions stay as they are, and so does the log position,
/// since the small states are ordered by it; the members do not. The revision jumps ahead and all before it is compacted, so that no revision means two things:
/// who saw a later one of the old cluster is told "compacted", and never silence (pitfall S10).
/// </summary>
public static class StateImport
{
    /// <summary>As etcd's documents advise: more than a cluster writes between a backup and the loss of it.</summary>
    public const long RevisionJumpDefault = 1_000_000_000;

    /// <summary>Revisions stay exact in JSON, however often one restores.</summary>
    public const long RevisionJumpMax = 1L << 48;

    /// <summary>Below this a revision still has room for every jump that follows.</summary>
    public const long RevisionMax = 1L << 62;

    /// <summary>The tables of a folder without any; durable when this returns.</summary>
    /// <param name="keyCountMax">At least the number of entries to come.</param>
    /// <returns>The revision at which the new cluster begins.</returns>
    public static Revision Write(ISnapshotEntries entries, IFiles files, long keyCountMax, long revisionJump)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentOutOfRangeException.ThrowIfNegative(revisionJump);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(revisionJump, RevisionJumpMax);
        // An empty node stands at position 0: a state at 0 would be taken for the same, and its members would differ.
        var position = entries.Header.Position.Index == LogIndex.Zero
            ? new LogPosition(LogIndex.Zero.Next, Term.Zero.Next)
            : entries.Header.Position;
        var revision = 0L;
        using var tables = TableImport.Begin(files, keyCountMax);
        while (entries.Next())
        {
            if (entries.Key.SequenceEqual(TableKeys.Configuration))
                continue;
            if (!entries.Key.SequenceEqual(TableKeys.State))
            {
                tables.Add(entries.Key, entries.Version, entries.Value.Span);
                continue;
            }
            var state = StateRecord.Read(entries.Value);
            if (state.Revision > RevisionMax)
                throw new LutraException(LutraError.InvalidArgument, $"The state is at revision {state.Revision}, beyond which no revision can jump.");
            revision = state.Revision + revisionJump;
            var bytes = new ByteWriter();
            (state with { Revision = revision, Floor = revision }).Write(bytes);
            tables.Add(TableKeys.State, position.Index.Value, bytes.Written);
        }
        tables.Finish(position);
        return new Revision(revision);
    }
}
