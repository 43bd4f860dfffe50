namespace Lutra.Raft;

/// <summary>What tests must reach here, by the name of what happened; <see cref="Mark"/> says how it works.</summary>
internal static class Marks
{
    public static readonly Mark LeaderBecomesFollower = new(MarkClass.Common);
    public static readonly Mark LogTruncated = new(MarkClass.Common);
    public static readonly Mark LeaderOfHigherTermHeard = new(MarkClass.Common);
    public static readonly Mark MessageOfPastTerm = new(MarkClass.Common);
    public static readonly Mark PastTermAnswered = new(MarkClass.Common);
    public static readonly Mark PreVoteIgnoredWhileLeaderIsHeard = new(MarkClass.Common);
    public static readonly Mark LeaderDiedCampaignAtOnce = new(MarkClass.Common);
    public static readonly Mark PreVoteTimedOut = new(MarkClass.Common);
    public static readonly Mark PreVoteLeftToLowerId = new(MarkClass.Common);
    public static readonly Mark CheckQuorumStepsDown = new(MarkClass.Common);
    public static readonly Mark ReadWaitsForFirstCommitOfTerm = new(MarkClass.Common);
    public static readonly Mark UnansweredAppendAskedAbout = new(MarkClass.Common);
    public static readonly Mark AppendedAlready = new(MarkClass.Common);
    public static readonly Mark AppendRejectedForGap = new(MarkClass.Common);
    public static readonly Mark AcceptanceWaitsForDisk = new(MarkClass.Common);
    public static readonly Mark CommittedBeyondOwnDisk = new(MarkClass.Common);
    public static readonly Mark VoteIgnoredWhileLeaderIsHeard = new(MarkClass.Common);
    public static readonly Mark ReadAskedOfNoLeader = new(MarkClass.Common);
    public static readonly Mark PreVoteRefusedForItsLog = new(MarkClass.Common);
    public static readonly Mark VoteRefused = new(MarkClass.Common);
    public static readonly Mark TransferTaken = new(MarkClass.Common);
    public static readonly Mark CampaignTimedOut = new(MarkClass.Common);
    public static readonly Mark VoteRefusedToCandidate = new(MarkClass.Common);
    public static readonly Mark TransferGivenUp = new(MarkClass.Common);
    public static readonly Mark ProposedWhileTransferring = new(MarkClass.Common);
    public static readonly Mark ReadsRefusedOnLeaving = new(MarkClass.Common);
    public static readonly Mark MajorityOfOlderTermNotCounted = new(MarkClass.Common);
    public static readonly Mark TransferSent = new(MarkClass.Common);
    public static readonly Mark AcceptanceOld = new(MarkClass.Common);
    public static readonly Mark RejectionOld = new(MarkClass.Common);
    public static readonly Mark EntriesFetchedFromDisk = new(MarkClass.Common);
    public static readonly Mark InflightFull = new(MarkClass.Common);
    public static readonly Mark ReadWithoutLeader = new(MarkClass.Common);
    public static readonly Mark CommitBoundedByWhatIsProven = new(MarkClass.Common);
    public static readonly Mark ReadAnswerOutOfOrder = new(MarkClass.Common);
    public static readonly Mark MessageUnsound = new(MarkClass.Common);
    public static readonly Mark VoteOfSameTermIgnored = new(MarkClass.Common);
    public static readonly Mark RoundOfAnotherTime = new(MarkClass.Common);

    public static readonly Mark ConfigurationRolledBack = new(MarkClass.Rare);
    public static readonly Mark SnapshotInstalledOverShorterLog = new(MarkClass.Rare);
    public static readonly Mark FollowerBecomesLearnerOrBack = new(MarkClass.Rare);
    public static readonly Mark VoteGrantedAgain = new(MarkClass.Rare);
    public static readonly Mark LearnerLostItsLeader = new(MarkClass.Rare);
    public static readonly Mark HardStateDurableButNotOwnVote = new(MarkClass.Rare);
    public static readonly Mark ProposalOverloaded = new(MarkClass.Rare);
    public static readonly Mark ConfigurationChangePending = new(MarkClass.Rare);
    public static readonly Mark JointLeft = new(MarkClass.Rare);
    public static readonly Mark SnapshotAskedAbout = new(MarkClass.Rare);
    public static readonly Mark SnapshotWanted = new(MarkClass.Rare);
    public static readonly Mark SnapshotOfferTaken = new(MarkClass.Rare);
    public static readonly Mark AppendRejectedForConflict = new(MarkClass.Rare);
    public static readonly Mark WriteInFlightOverwritten = new(MarkClass.Rare);
    public static readonly Mark CompletionOfOverwritten = new(MarkClass.Rare);
    public static readonly Mark TransferStale = new(MarkClass.Rare);
    public static readonly Mark LeaderReadsFull = new(MarkClass.Rare);
    public static readonly Mark SnapshotTakenForLost = new(MarkClass.Rare);
    public static readonly Mark FetchedForNobody = new(MarkClass.Rare);

    public static readonly Mark SnapshotInstalledOverLongerLog = new(MarkClass.VeryRare);
    public static readonly Mark SnapshotInstalledBelowKeptSuffix = new(MarkClass.VeryRare);
    public static readonly Mark SnapshotOfferTellsNothingNew = new(MarkClass.VeryRare);
    public static readonly Mark SnapshotNoLongerNewer = new(MarkClass.VeryRare);
    public static readonly Mark SnapshotOvertakenByCut = new(MarkClass.VeryRare);
    public static readonly Mark AcceptanceBeyondWhatWasShown = new(MarkClass.VeryRare);
    public static readonly Mark FetchTimedOut = new(MarkClass.VeryRare);
    public static readonly Mark FetchedWhatWasCut = new(MarkClass.VeryRare);
    public static readonly Mark WriteHeldBackForOverwritten = new(MarkClass.VeryRare);
}
