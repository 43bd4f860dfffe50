using Lutra.Node.Peers;
using Lutra.Raft;

namespace Lutra.Node.Loop;

/// <summary>
/// Tells the peers whether this node's disk has room, refuses writes where it or a majority has none, and hands leadership from a full node to one that has
/// room (pitfall D09). Loop only.
/// </summary>
internal sealed class RoomWatch(RaftNode raft, DiskRoom room, Quota quota, PeerExchange peers)
{
    // Sorted, so that the same peer is chosen in each run of a seed.
    private readonly SortedDictionary<NodeId, bool> peersWithRoom = [];
    // What each was told since it introduced itself last; it cannot be told before both belong to the cluster.
    private readonly SortedDictionary<NodeId, bool> told = [];
    private bool before = true;
    private int fullPeers;

    /// <summary>The disk has, and the quota is not reached.</summary>
    public bool HasRoom => HasDiskRoom && !quota.IsReached;

    // A quota is the leader's alone: its followers hold the same, and to hand over would give no room.
    private bool HasDiskRoom => !room.IsShort;

    /// <summary>
    /// Why the leader does not take a command, which can be decoded, for people; null where it may. What a majority cannot take would only wait in the leader's
    /// log, and its writer for an answer.
    /// </summary>
    public string? RefusalOf(ReadOnlyMemory<byte> command)
    {
        if (!room.HasRoomFor(command.Length))
            return room.Refusal;
        if (fullPeers == 0)
            return quota.RefusalOf(command);
        var voters = raft.Configuration.Voters.Count;
        var full = 0;
        foreach (var (peer, hasRoom) in peersWithRoom)
            full += !hasRoom && raft.Configuration.IsVoter(peer) ? 1 : 0;
        if (full * 2 < voters)
            return quota.RefusalOf(command);
        Marks.MajorityWithoutRoom.Hit();
        return $"No room on the disks of {full} of {voters} members. Nothing was done; reads go on, and writes will when there is room.";
    }

    /// <summary>Whether a follower's log may take commands of <paramref name="bytes"/>.</summary>
    public bool CanFollowWith(long bytes) => room.CanFollowWith(bytes);

    public void TablesOutOfSpace(bool isOut) => room.TablesOutOfSpace = isOut;

    /// <summary>What is wrong, for people; null where there is room.</summary>
    public string? Trouble => !HasDiskRoom ? "no room on the disk: writes are refused or led by another node"
        : quota.IsReached ? "the quota is reached: what needs room is refused until enough was deleted and compacted"
        : null;

    public void Receive(NodeId from, RoomFrame frame)
    {
        peersWithRoom[from] = frame.HasRoom;
        CountFull();
    }

    public void Heard(NodeId peer) => told.Remove(peer);

    public void Lost(NodeId peer)
    {
        peersWithRoom.Remove(peer);
        CountFull();
        told.Remove(peer);
    }

    public void Tick()
    {
        room.Retry();
        quota.Tick();
        var now = HasDiskRoom;
        Marks.RoomChanged.HitIf(now != before);
        before = now;
        foreach (var member in raft.Configuration.Members)
        {
            if (member.Node is { } peer && peer != raft.Id && !(told.TryGetValue(peer, out var was) && was == now) && peers.Send(peer, new RoomFrame(now)))
                told[peer] = now;
        }

        if (now || raft.Role != RoleName.Leader || raft.IsTransferring)
            return;
        foreach (var (peer, hasRoom) in peersWithRoom)
        {
            if (hasRoom && raft.Configuration.IsVoter(peer) && raft.TransferLeadership(peer))
            {
                Marks.FullLeaderHandsOver.Hit();
                return;
            }
        }
    }

    private void CountFull() => fullPeers = peersWithRoom.Values.Count(hasRoom => !hasRoom);
}
