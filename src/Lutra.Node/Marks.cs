using Lutra.Raft;

namespace Lutra.Node;

/// <summary>What tests must reach here, by the name of what happened; <see cref="Mark"/> says how it works.</summary>
internal static class Marks
{
    public static readonly Mark LeaderSteppedDown = new(MarkClass.Common);
    public static readonly Mark FeatureLevelProposed = new(MarkClass.Common);
    public static readonly Mark WriteWaitsForLeader = new(MarkClass.Common);
    public static readonly Mark WritesOfLostLeadership = new(MarkClass.Common);
    public static readonly Mark WriteUnknownForTime = new(MarkClass.Common);
    public static readonly Mark WriteFoundNoLeader = new(MarkClass.Common);
    public static readonly Mark ForwardedToFormerLeader = new(MarkClass.Common);
    public static readonly Mark ReadWaitsForApply = new(MarkClass.Common);
    public static readonly Mark PeerDied = new(MarkClass.Common);
    public static readonly Mark PeerSilent = new(MarkClass.Common);
    public static readonly Mark SecondConnectionClosed = new(MarkClass.Common);
    public static readonly Mark FormationRecordDurable = new(MarkClass.Common);
    public static readonly Mark FollowedABegunCluster = new(MarkClass.Common);
    public static readonly Mark DraftMade = new(MarkClass.Common);
    public static readonly Mark DraftTaken = new(MarkClass.Common);
    public static readonly Mark AppendNotTakenForWantOfRoom = new(MarkClass.Common);
    public static readonly Mark RoomChanged = new(MarkClass.Common);
    public static readonly Mark WriteRefusedForQuota = new(MarkClass.Rare);
    public static readonly Mark TablesSqueezed = new(MarkClass.Rare);

    public static readonly Mark MajorityWithoutRoom = new(MarkClass.VeryRare);
    public static readonly Mark ForwardReplyOfAnotherTime = new(MarkClass.Common);
    public static readonly Mark LeaderNotReachable = new(MarkClass.Common);
    public static readonly Mark ReadIndexRefused = new(MarkClass.Common);
    public static readonly Mark ReadAskedAgain = new(MarkClass.Common);
    public static readonly Mark WriteCertainlyLost = new(MarkClass.Common);
    public static readonly Mark ProcessWasPaused = new(MarkClass.Common);
    public static readonly Mark ConnectionRefused = new(MarkClass.Common);
    public static readonly Mark DraftOfferedAgain = new(MarkClass.Common);
    public static readonly Mark MemberBound = new(MarkClass.Common);
    public static readonly Mark LearnerPromoted = new(MarkClass.Common);
    public static readonly Mark LaggardTold = new(MarkClass.Common);
    public static readonly Mark LeaseFoundOver = new(MarkClass.Common);

    public static readonly Mark MemberMoved = new(MarkClass.Rare);
    public static readonly Mark RemovedNodeStops = new(MarkClass.Rare);
    public static readonly Mark StaleRequestToJoinRefused = new(MarkClass.Rare);
    public static readonly Mark InstalledStateResetsLog = new(MarkClass.Rare);
    public static readonly Mark StuckDiskHandsOver = new(MarkClass.Rare);
    public static readonly Mark StuckDiskEndsLeadership = new(MarkClass.Rare);
    public static readonly Mark StuckDiskStopsNode = new(MarkClass.Rare);
    public static readonly Mark FullLeaderHandsOver = new(MarkClass.Rare);
    public static readonly Mark WriteRefusedForSpace = new(MarkClass.Rare);
    public static readonly Mark ApplierPaused = new(MarkClass.Rare);
    public static readonly Mark TransferHasEverything = new(MarkClass.Rare);
    public static readonly Mark TransferEndedWithLeadership = new(MarkClass.Rare);
    public static readonly Mark TransferChunkDoubled = new(MarkClass.Rare);
    public static readonly Mark TransferFilesFailed = new(MarkClass.Rare);
    public static readonly Mark NoHello = new(MarkClass.Rare);
    public static readonly Mark FrameDropped = new(MarkClass.Rare);
    public static readonly Mark WriteUnknownAfterInstall = new(MarkClass.Rare);
    public static readonly Mark TransferOvertakenByCut = new(MarkClass.Rare);
    public static readonly Mark WatchFellBehind = new(MarkClass.Rare);
    public static readonly Mark WatchGivenWhatAnotherRead = new(MarkClass.Rare);
    public static readonly Mark LeaseTimeWrittenDown = new(MarkClass.Rare);
    public static readonly Mark LeaseCountedFromWhatWasWrittenDown = new(MarkClass.Rare);
    public static readonly Mark LeaseRenewedThroughTheLog = new(MarkClass.Rare);

    public static readonly Mark YieldedToACluster = new(MarkClass.VeryRare);
    public static readonly Mark TransferAskedAfterItsEnd = new(MarkClass.VeryRare);
    public static readonly Mark TransferBegunAnew = new(MarkClass.VeryRare);
    public static readonly Mark TransferAskedAgain = new(MarkClass.VeryRare);
    public static readonly Mark DiedBetweenInstallAndLog = new(MarkClass.VeryRare);
    public static readonly Mark TransferMadeNoProgress = new(MarkClass.VeryRare);
    public static readonly Mark TransferNotNeededAnyMore = new(MarkClass.VeryRare);
    public static readonly Mark MalformedFrame = new(MarkClass.VeryRare);
    public static readonly Mark DialledItself = new(MarkClass.VeryRare);
    public static readonly Mark ManyLeasesEndAtOnce = new(MarkClass.VeryRare);
}
