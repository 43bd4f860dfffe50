using Lutra.Node.Peers;
using Lutra.Raft;

namespace Lutra.Node.Loop;

/// <summary>Tells the peers whether this node's disk has room, and hands leadership from a full node to one that has. Loop only.</summary>
internal sealed class RoomWatch(RaftNode raft, DiskRoom room, PeerExchange peers)
{
    // Sorted, so that the same peer is chosen in each run of a seed.
    private readonly SortedDictionary<NodeId, bool> peersWithRoom = [];
    // What each was told since it introduced itself last; it cannot be told before both belong to the cluster.
    private readonly SortedDictionary<NodeId, bool> told = [];
    private bool before = true;

    public bool HasRoom => !room.IsShort;

    public bool HasRoomFor(long bytes) => room.HasRoomFor(bytes);

    public void TablesOutOfSpace(bool isOut) => room.TablesOutOfSpace = isOut;

    public void Receive(NodeId from, RoomFrame frame) => peersWithRoom[from] = frame.HasRoom;

    public void Heard(NodeId peer) => told.Remove(peer);

    public void Lost(NodeId peer)
    {
        peersWithRoom.Remove(peer);
        told.Remove(peer);
    }

    public void Tick()
    {
        room.Retry();
        var now = HasRoom;
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
}
