using Lutra.Raft;

namespace Lutra.Storage;

/// <summary>What tests must reach here, by the name of what happened; <see cref="Mark"/> says how it works.</summary>
internal static class Marks
{
    public static readonly Mark SegmentBegun = new(MarkClass.Common);
    public static readonly Mark GroupCommit = new(MarkClass.Common);
    public static readonly Mark LogCut = new(MarkClass.Common);
    public static readonly Mark SegmentRecycled = new(MarkClass.Common);
    public static readonly Mark BothSlotsUsed = new(MarkClass.Common);
    public static readonly Mark LogWriteFailed = new(MarkClass.Common);
    public static readonly Mark CutSegmentLeftOver = new(MarkClass.Common);
    public static readonly Mark TornTailDropped = new(MarkClass.Common);
    public static readonly Mark TableWrittenAnew = new(MarkClass.Common);
    public static readonly Mark TablesOutOfSpace = new(MarkClass.Common);
    public static readonly Mark UnnamedTableDeleted = new(MarkClass.Common);
    public static readonly Mark SlotCopyNotThere = new(MarkClass.Common);

    public static readonly Mark OlderVersionRead = new(MarkClass.Rare);
    public static readonly Mark EntryReplaced = new(MarkClass.Rare);
    public static readonly Mark LogReset = new(MarkClass.Rare);
    public static readonly Mark EntriesReplacedOnDisk = new(MarkClass.Rare);
    public static readonly Mark FullDiskNotAskedYet = new(MarkClass.Rare);
    public static readonly Mark LogDiskFull = new(MarkClass.Rare);
    public static readonly Mark SegmentCouldNotBeMade = new(MarkClass.Rare);
    public static readonly Mark LogHasRoomAgain = new(MarkClass.Rare);
    public static readonly Mark TablesFailed = new(MarkClass.Rare);
    public static readonly Mark TablesHaveSpaceAgain = new(MarkClass.Rare);
    public static readonly Mark MergeFailed = new(MarkClass.Rare);
    public static readonly Mark StateInstalled = new(MarkClass.Rare);
    public static readonly Mark UnfinishedManifestDeleted = new(MarkClass.Rare);
    public static readonly Mark ApplierHasNoRoom = new(MarkClass.Rare);
    public static readonly Mark ConfirmedBatchNotWhole = new(MarkClass.Rare);
    public static readonly Mark SpareCleared = new(MarkClass.Rare);

    public static readonly Mark TablesSqueezed = new(MarkClass.Rare);
    public static readonly Mark TornTailHalfCleared = new(MarkClass.VeryRare);
    public static readonly Mark WriterWaitsForSegment = new(MarkClass.VeryRare);
    public static readonly Mark UnfinishedSegmentDeleted = new(MarkClass.VeryRare);
    public static readonly Mark HeaderWithoutBatch = new(MarkClass.VeryRare);
    public static readonly Mark SlotCopyTorn = new(MarkClass.VeryRare);
    public static readonly Mark ManifestFoundNoRoom = new(MarkClass.VeryRare);
    public static readonly Mark TablesPileUp = new(MarkClass.VeryRare);
    public static readonly Mark NothingToFlush = new(MarkClass.VeryRare);
    public static readonly Mark BatchOfEarlierEpochDropped = new(MarkClass.VeryRare);
    public static readonly Mark SpareOfOtherSize = new(MarkClass.VeryRare);
    public static readonly Mark RecordOfLaterBatchFound = new(MarkClass.VeryRare);
    public static readonly Mark WholeBatchFailsItsChecksums = new(MarkClass.VeryRare);
    public static readonly Mark ExtendAfterReset = new(MarkClass.VeryRare);
    public static readonly Mark DroppedSegmentWasBeingRead = new(MarkClass.VeryRare);
    public static readonly Mark CutOvertakenByReset = new(MarkClass.VeryRare);
    public static readonly Mark EditGivenUpForInstall = new(MarkClass.VeryRare);
    public static readonly Mark FlushAbandonedForInstall = new(MarkClass.VeryRare);
    public static readonly Mark RetiredTableNotDeleted = new(MarkClass.VeryRare);
}
