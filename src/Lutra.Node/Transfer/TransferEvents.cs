using Lutra.Node.Peers;
using Lutra.Raft;
using Lutra.Storage.Scheduling;

namespace Lutra.Node.Transfer;

/// <param name="Wake">There is work for this stage.</param>
/// <param name="Send">Sends a frame; called by the loop.</param>
/// <param name="SendLater">Has the loop send a frame; from any thread.</param>
/// <param name="Received">Everything arrived and is verified and durable; from any thread.</param>
internal sealed record TransferEvents(
    Action<IStage> Wake, Action<NodeId, PeerFrame> Send, Action<NodeId, PeerFrame> SendLater, Action<IncomingTransfer> Received);
