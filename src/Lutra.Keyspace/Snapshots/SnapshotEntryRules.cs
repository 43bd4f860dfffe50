using Lutra.Keyspace.Alarms;
using Lutra.Keyspace.Auth;
using Lutra.Raft;

namespace Lutra.Keyspace.Snapshots;

/// <summary>
/// What an entry of a snapshot must be like before anything is made of it. Checksums say that the bytes are those that somebody wrote; this says that a keyspace could
/// have.
/// </summary>
internal sealed class SnapshotEntryRules(SnapshotHeader header)
{
    private byte[] lastKey = [];
    private int lastKeyBytes;
    private StateRecord state;
    private bool hasState;
    private int users;
    private int roles;

    /// <exception cref="FormatException">No keyspace has this entry here.</exception>
    public void Check(ReadOnlySpan<byte> key, ulong version, ReadOnlyMemory<byte> value)
    {
        Require(key.Length > 0 && key.SequenceCompareTo(lastKey.AsSpan(0, lastKeyBytes)) > 0, "its keys are not in order");
        Require(hasState || key.SequenceEqual(TableKeys.State), "it does not begin with the state");
        Remember(key);
        Require(key[0] == TableKeys.User || version <= header.Position.Index.Value, "an entry is of a later time than the snapshot");
        switch (key[0])
        {
            case TableKeys.Small:
                CheckSmall(key, value);
                break;
            case TableKeys.Sessions:
                CheckSession(key, value);
                break;
            case TableKeys.Idempotency:
                OutcomeCodec.Read(IdempotencyRecord.Read(value).Outcome);
                break;
            case TableKeys.Leases:
                Require(key.Length == TableKeys.LeaseBytes && TableKeys.ReadLease(key) != 0, "a lease has no number");
                Require(LeaseRecord.Read(value) is { TtlSeconds: > 0, RemainingSeconds: >= 0 }, "a lease has no time to live");
                break;
            case TableKeys.LeaseKeys:
                Require(key.Length > TableKeys.LeaseBytes && LeaseTable.IsAttached(value.Span), "a key is attached to no lease");
                break;
            case TableKeys.Users:
                Require(AuthRecords.ReadUser(AuthRecords.NameOf(key), value) is not null, "a user is gone, and there");
                Require(++users <= KeyspaceLimits.UsersMax, "it has too many users");
                break;
            case TableKeys.Roles:
                Require(AuthRecords.ReadRole(AuthRecords.NameOf(key), value) is not null, "a role is gone, and there");
                Require(++roles <= KeyspaceLimits.RolesMax, "it has too many roles");
                break;
            case TableKeys.User:
                CheckUser(key, version, value);
                break;
            default:
                throw new FormatException($"it holds space {key[0]:x2}, which is not known");
        }
    }

    /// <summary>After the last entry.</summary>
    /// <exception cref="FormatException">The state counts others than there were.</exception>
    public void CheckCounts(long keys, long leases, long openSessions) =>
        Require(
            (state.Keys, state.Leases, state.OpenSessions) == (keys, leases, openSessions), "its state counts other keys, leases or sessions than it holds");

    private void CheckSmall(ReadOnlySpan<byte> key, ReadOnlyMemory<byte> value)
    {
        if (key.SequenceEqual(TableKeys.Configuration))
        {
            Configuration.Decode(value.Span);
            return;
        }
        if (key.SequenceEqual(TableKeys.Auth))
        {
            AuthRecords.ReadSum(value);
            return;
        }
        if (key.SequenceEqual(TableKeys.Alarms))
        {
            AlarmCodec.ReadState(value);
            return;
        }
        Require(key.SequenceEqual(TableKeys.State), "it holds a record that is not known");
        state = StateRecord.Read(value);
        Require(state.Revision >= 1 && state.Revision == header.Revision.Value, "its state is of another revision than it says");
        Require(state.Floor <= state.Revision && state.TimeMillis >= 0 && state.OpenSessions >= 0 && state.Leases >= 0, "its state cannot be");
        if (state.FeatureLevel > KeyspaceLimits.FeatureLevel)
            throw new FormatException($"it needs feature level {state.FeatureLevel}, this build knows {KeyspaceLimits.FeatureLevel}: use a later version of Lutra");
        hasState = true;
    }

    private static void CheckSession(ReadOnlySpan<byte> key, ReadOnlyMemory<byte> value)
    {
        Require(key.Length is TableKeys.SessionBytes or TableKeys.AnswerBytes, "a session has no number");
        if (key.Length == TableKeys.SessionBytes)
            SessionRecord.Read(value);
        else
            OutcomeCodec.Read(value);
    }

    private void CheckUser(ReadOnlySpan<byte> key, ulong version, ReadOnlyMemory<byte> value)
    {
        Require(key.Length is > 1 and <= 1 + KeyspaceLimits.KeyBytesMax, "a key is too short or too long");
        Require(version >= 1 && version <= (ulong)header.Revision.Value, "a key is of a later revision than the snapshot");
        var found = KeyVersion.Read(version, value);
        Require(
            !found.IsTombstone && found.CreateRevision >= 1 && found.CreateRevision <= found.ModRevision && found.Version >= 1,
            "a key has impossible revisions");
    }

    private void Remember(ReadOnlySpan<byte> key)
    {
        if (lastKey.Length < key.Length)
            lastKey = new byte[key.Length * 2];
        key.CopyTo(lastKey);
        lastKeyBytes = key.Length;
    }

    private static void Require(bool holds, string fault)
    {
        if (!holds)
            throw new FormatException(fault);
    }
}
