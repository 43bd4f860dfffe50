using Lutra.Node.Peers;
using Lutra.Raft;

namespace Lutra.Node.Loop;

/// <summary>Tells the peers whether this node's disk has room, and hands leadership from a full node to one that has. Loop only.</summary>
internal sealed class RoomWatch(RaftNode raft, DiskRoom room, PeerExchange peers)
{
    // Sorted, so that the same peer is chosen in each run of a seed.
    private readonly SortedDictionary<NodeId, bool> peersWithRoom = [];
    private bool told = true;

    public bool HasRoom => !room.IsShort;

    public bool HasRoomFor(long bytes) => room.HasRoomFor(bytes);

    public void TablesOutOfSpace(bool isOut) => room.TablesOutOfSpace = isOut;

    public void Receive(NodeId from, RoomFrame frame) => peersWithRoom[from] = frame.HasRoom;

    public void Heard(NodeId peer) => peers.Send(peer, new RoomFrame(HasRoom));

    public void Lost(NodeId peer) => peersWithRoom.Remove(peer);

    public void Tick()
    {
        room.Retry();
        if (HasRoom != told)
        {
            Marks.RoomChanged.Hit();
            told = HasRoom;
            foreach (var peer in peersWithRoom.Keys)
                peers.Send(peer, new RoomFrame(told));
        }

        if (HasRoom || raft.Role != RoleName.Leader || raft.IsTransferring)
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
