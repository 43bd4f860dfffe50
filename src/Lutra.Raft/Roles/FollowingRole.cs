namespace Lutra.Raft;

/// <summary>What a follower and a learner have in common: a leader to follow.</summary>
internal abstract class FollowingRole(Replica replica, Following following) : Role(replica)
{
    public override NodeId? KnownLeader => Following.Leader;

    public override bool HearsLeader => Following.HearsLeader;

    protected Following Following { get; } = following;

    public override void RequestRead(ulong read) => Following.RequestRead(read);

    public override void OnLogPersisted() => Following.OnLogPersisted();

    public override void OnSnapshotInstalled(LogPosition position)
    {
        Following.OnSnapshotInstalled(position);
        Replica.FollowOrLearn(Following);
    }

    public override void Flush() => Following.Flush();

    public override void Leave() => Following.LeaveLeader();

    protected override void OnLeaderSpeaks(Message message)
    {
        Replica.Timer.Reset();
        Replica.CampaignRequested = false;
        Following.OnLeaderSpeaks(message);
        Replica.FollowOrLearn(Following);
    }

    protected override void OnReadIndexReply(ReadIndexReply reply) => Following.OnReadIndexReply(reply);
}
