namespace Lutra.Raft;

/// <summary>
/// What the core asks of its driver after an input. The order in which a driver carries it out: start the writes, send the messages
/// (none of them promises what is not yet on disk: such messages come out only after the completion), then the rest.
/// </summary>
public sealed class Output
{
    /// <summary>Make this durable, before <see cref="EntriesToPersist"/>; answer with <see cref="RaftNode.HardStatePersisted"/>.</summary>
    public HardState? HardState { get; internal set; }

    /// <summary>
    /// Append these, without a gap. Where the first is at or below the log's last, it and all after it are replaced. Answer with
    /// <see cref="RaftNode.LogPersisted"/>, naming the last.
    /// </summary>
    public List<Entry> EntriesToPersist { get; } = [];

    public List<Message> MessagesToSend { get; } = [];

    /// <summary>Committed and next in order, without a gap; answer with <see cref="RaftNode.Applied"/>.</summary>
    public List<Entry> EntriesToApply { get; } = [];

    /// <summary>Reads that were confirmed or refused.</summary>
    public List<ReadAnswer> Reads { get; } = [];

    /// <summary>
    /// Entries that a follower needs and memory no longer holds; answer with <see cref="RaftNode.EntriesFetched"/>. Wanted again after an
    /// election timeout without an answer.
    /// </summary>
    public List<EntriesWanted> EntriesWanted { get; } = [];

    /// <summary>
    /// Followers that need the state itself. The driver pins a state at or above the leader's log start, calls
    /// <see cref="RaftNode.SnapshotStarted"/>, streams it, and says <see cref="RaftNode.SnapshotFailed"/> if that does not work out.
    /// After ten election timeouts without an acceptance the follower is probed, and wanted here again if it still needs the state: a
    /// driver whose stream to it is alive lets that go on and ignores it (pitfall S06).
    /// </summary>
    public List<NodeId> SnapshotsWanted { get; } = [];

    /// <summary>The leader offers this state and it is needed: take the stream that comes with it, and answer with
    /// <see cref="RaftNode.SnapshotInstalled"/> once it is durable.</summary>
    public SnapshotOffer? SnapshotToInstall { get; internal set; }

    public bool IsEmpty =>
        HardState is null && SnapshotToInstall is null && EntriesToPersist.Count == 0 && MessagesToSend.Count == 0 && EntriesToApply.Count == 0
        && Reads.Count == 0 && EntriesWanted.Count == 0 && SnapshotsWanted.Count == 0;
}

/// <summary>
/// A confirmed read may be served once the state machine has applied <paramref name="Index"/>; null: refused (no leader, the leader
/// changed, too many waiting), to be asked again under a new number.
/// </summary>
public readonly record struct ReadAnswer(ulong Read, LogIndex? Index);

/// <summary>Entries from <paramref name="First"/> up to and with <paramref name="Last"/>, at most about <paramref name="BytesMax"/> bytes.</summary>
public readonly record struct EntriesWanted(NodeId Follower, LogIndex First, LogIndex Last, int BytesMax);
