using Lutra.Raft;

namespace Lutra.Keyspace;

/// <summary>What tests must reach here, by the name of what happened; <see cref="Mark"/> says how it works.</summary>
internal static class Marks
{
    public static readonly Mark LogTimeWouldGoBack = new(MarkClass.Common);
    public static readonly Mark CompactedAlready = new(MarkClass.Common);
    public static readonly Mark Compacted = new(MarkClass.Common);
    public static readonly Mark VersionBelowFloorDropped = new(MarkClass.Common);
    public static readonly Mark UsersOrRolesChanged = new(MarkClass.Common);

    public static readonly Mark RecentKeyFound = new(MarkClass.Common);

    public static readonly Mark SessionUnknown = new(MarkClass.Rare);
    public static readonly Mark SessionAnsweredFromMemory = new(MarkClass.Rare);
    public static readonly Mark IdempotencyKeyKnown = new(MarkClass.Rare);
    public static readonly Mark TokenOfAnOldPassword = new(MarkClass.Rare);
    public static readonly Mark CommandDenied = new(MarkClass.Rare);
    public static readonly Mark CommandOfAnOldAuthRevision = new(MarkClass.Rare);
    public static readonly Mark AnswerMeasured = new(MarkClass.Rare);
    public static readonly Mark TransactionTookElse = new(MarkClass.Rare);
    public static readonly Mark TombstoneDropped = new(MarkClass.Rare);
    public static readonly Mark ConfigurationApplied = new(MarkClass.Rare);

    // No workload of the simulator lists few of many keys; tests of the keyspace alone do.
    public static readonly Mark KeysCounted = new(MarkClass.VeryRare);
    public static readonly Mark StretchCut = new(MarkClass.VeryRare);

    public static readonly Mark AlarmChanged = new(MarkClass.Rare);
    public static readonly Mark AlarmRefused = new(MarkClass.Rare);

    public static readonly Mark CommandBreaksARule = new(MarkClass.VeryRare);
    public static readonly Mark SequenceBelowWindow = new(MarkClass.VeryRare);
    public static readonly Mark IdempotencyKeyReused = new(MarkClass.VeryRare);
    public static readonly Mark CompactionOfTheFuture = new(MarkClass.VeryRare);
    public static readonly Mark EndedSessionOpened = new(MarkClass.VeryRare);
    public static readonly Mark SessionUsedSinceItsEnd = new(MarkClass.VeryRare);
    public static readonly Mark PutKeepsWhatIsNotThere = new(MarkClass.VeryRare);
    public static readonly Mark ReadOfTheFuture = new(MarkClass.VeryRare);
    public static readonly Mark AnswerMergedWithoutItsSession = new(MarkClass.VeryRare);
}
