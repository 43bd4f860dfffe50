namespace Lutra.Raft;

/// <summary>A read that a leader is to confirm: its own, or the question of a follower.</summary>
internal readonly record struct WaitingRead(NodeId Origin, ulong Read);

/// <summary>
/// Reads at a leader. What has gathered takes the commit index and a new round number together; the round's messages are sent after
/// that, so an answer that carries the number proves that this node still led when the reads were already here (pitfall R02).
/// </summary>
internal sealed class LeaderReads(int readsMax)
{
    private readonly Queue<ReadRound> rounds = new();
    private List<WaitingRead> gathering = [];
    private int count;

    /// <summary>The number of the latest round.</summary>
    public ulong Round { get; private set; }

    public bool HasGathered => gathering.Count > 0;

    public bool IsWaiting => rounds.Count > 0;

    public bool TryAdd(WaitingRead read)
    {
        if (count >= readsMax)
            return false;
        count++;
        gathering.Add(read);
        return true;
    }

    /// <summary>What has gathered waits from here on for an answer to a round of its own; what is committed now is what it may read.</summary>
    public void StartRound(LogIndex commit)
    {
        Round++;
        rounds.Enqueue(new ReadRound(Round, commit, gathering));
        gathering = [];
    }

    /// <summary>The next round that a quorum has answered up to <paramref name="confirmed"/>; null: no more.</summary>
    public ReadRound? TakeConfirmed(ulong confirmed)
    {
        if (!rounds.TryPeek(out var oldest) || oldest.Number > confirmed)
            return null;
        count -= oldest.Reads.Count;
        return rounds.Dequeue();
    }

    /// <summary>Everything that still waits, to be refused.</summary>
    public List<WaitingRead> TakeAll()
    {
        var all = new List<WaitingRead>(count);
        while (rounds.TryDequeue(out var round))
            all.AddRange(round.Reads);
        all.AddRange(gathering);
        gathering = [];
        count = 0;
        return all;
    }
}

/// <summary>Reads that share a round, and the commit index when it began.</summary>
internal readonly record struct ReadRound(ulong Number, LogIndex Index, List<WaitingRead> Reads);
