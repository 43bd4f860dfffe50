namespace Lutra.Raft;

/// <summary>What a message of another term than ours does, before any role looks at it.</summary>
internal static class TermRules
{
    /// <summary>
    /// A higher term is entered, as a follower, with two exceptions: pre-votes change nothing (pitfall E06), and a vote is not even
    /// considered while a leader is heard, unless that leader asked for it (pitfall E09). True: the role is to look at the message.
    /// </summary>
    public static bool Admits(Replica replica, Message message)
    {
        switch (message)
        {
            case PreVoteRequest or PreVoteReply { Granted: true }:
                return true;
            case VoteRequest { Transfer: false } when replica.Role.HearsLeader:
                Marks.VoteIgnoredWhileLeaderIsHeard.Hit();
                return false;
            case AppendRequest or Heartbeat or SnapshotOffer:
                Marks.LeaderOfHigherTermHeard.Hit();
                replica.BecomeFollower(message.Term, message.From);
                return true;
            default:
                replica.BecomeFollower(message.Term, leader: null);
                return true;
        }
    }

    /// <summary>
    /// True: the message is of a term that is over, and nothing but an answer comes of it. Whoever asked learns of the present term by
    /// it; without that, a node that is ahead in term and behind in log would never be freed (pitfall E08).
    /// </summary>
    public static bool IsPast(Replica replica, Message message)
    {
        if (message.Term == replica.Term)
            return false;
        Marks.MessageOfPastTerm.Hit();
        Message? answer = message switch
        {
            PreVoteRequest => new PreVoteReply(replica.Id, message.From, replica.Term, Granted: false),
            VoteRequest => new VoteReply(replica.Id, message.From, replica.Term, Granted: false),
            AppendRequest request => new AppendRejected(
                replica.Id, message.From, replica.Term, request.Previous.Index, replica.Log.Last, request.Round),
            Heartbeat heartbeat => new HeartbeatReply(replica.Id, message.From, replica.Term, heartbeat.Round),
            SnapshotOffer offer => new AppendRejected(replica.Id, message.From, replica.Term, offer.Position.Index, replica.Log.Last, Round: 0),
            ReadIndexRequest request => new ReadIndexReply(replica.Id, message.From, replica.Term, request.Read, Index: null),
            _ => null,
        };
        if (answer is not null)
        {
            Marks.PastTermAnswered.Hit();
            replica.Send(answer);
        }
        return true;
    }
}
