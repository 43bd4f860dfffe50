using Lutra.Storage.Tables;

namespace Lutra.Keyspace;

/// <summary>
/// One walk over entries in table order that says which are alive, given the newest state among them. In the small spaces only the newest
/// version of a key is; of a user's key every version above the floor, and the newest at or below it, unless that is a tombstone below the
/// floor with nothing under it.
/// </summary>
internal sealed class KeyspaceMergePass(bool includesOldest) : IMergePass
{
    private StateRecord state = StateRecord.Initial;
    private byte[] lastKey = new byte[256];
    private int lastKeyBytes;

    // Of the user's key at hand: a version at or below the floor was met, so whatever follows is out of reach.
    private bool floorIsCovered;

    private ulong session;
    private SessionRecord? sessionRecord;

    public bool Keep(ReadOnlySpan<byte> key, ulong version, ReadOnlySpan<byte> value)
    {
        var isNewest = !key.SequenceEqual(lastKey.AsSpan(0, lastKeyBytes));
        if (isNewest)
            Remember(key);
        return key[0] switch
        {
            TableKeys.User => KeepUser(isNewest, version, value),
            TableKeys.Revisions => (long)version >= state.Floor,
            TableKeys.Small => isNewest && KeepSmall(key, value),
            TableKeys.Sessions => isNewest && KeepSession(key, version, value),
            TableKeys.Leases => isNewest && !(includesOldest && LeaseRecord.IsEnded(value)),
            TableKeys.LeaseKeys => isNewest && !(includesOldest && LeaseTable.IsDetached(value)),
            TableKeys.Users or TableKeys.Roles => isNewest && !(includesOldest && Auth.AuthRecords.IsGone(value)),
            TableKeys.Idempotency => isNewest && !IdempotencyRecord.ReadHead(value).IsForgotten(state),
            var space => throw new FormatException($"The tables hold space {space:x2}, which is not known."),
        };
    }

    private bool KeepUser(bool isNewest, ulong version, ReadOnlySpan<byte> value)
    {
        if (isNewest)
            floorIsCovered = false;
        if ((long)version > state.Floor)
            return true;
        if (floorIsCovered)
        {
            Marks.VersionBelowFloorDropped.Hit();
            return false;
        }
        floorIsCovered = true;
        // A tombstone at exactly the floor stays: who watches from there must still see it (etcd's rule). One below it must stay
        // only while it may hide something older.
        Marks.TombstoneDropped.HitIf((long)version != state.Floor && includesOldest && KeyVersion.IsTombstoneRecord(value));
        return (long)version == state.Floor || !KeyVersion.IsTombstoneRecord(value) || !includesOldest;
    }

    private bool KeepSmall(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (key.SequenceEqual(TableKeys.State))
            state = StateRecord.Read(value.ToArray());
        return true;
    }

    private bool KeepSession(ReadOnlySpan<byte> key, ulong version, ReadOnlySpan<byte> value)
    {
        if (key.Length == TableKeys.SessionBytes)
        {
            session = TableKeys.ReadSession(key);
            sessionRecord = SessionRecord.Read(value.ToArray());
            // The mark of an ended session may hide the open session that it was.
            return !includesOldest || !sessionRecord.Value.IsForgotten(state.TimeMillis);
        }

        // Where the session's own record lies in a table outside this merge, its answers stay until they meet it.
        if (sessionRecord is not { } known || session != TableKeys.ReadSession(key))
        {
            Marks.AnswerMergedWithoutItsSession.Hit();
            return true;
        }
        return known.IsOpen && version >= known.OpenedAt && !known.IsBelowWindow(TableKeys.ReadSequence(key));
    }

    private void Remember(ReadOnlySpan<byte> key)
    {
        if (lastKey.Length < key.Length)
            lastKey = new byte[key.Length * 2];
        key.CopyTo(lastKey);
        lastKeyBytes = key.Length;
    }
}
