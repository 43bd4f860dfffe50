using Lutra.Node.Apply;
using Lutra.Node.Loop;
using Lutra.Node.Peers;
using Lutra.Raft;
using Lutra.Storage.Tables;

namespace Lutra.Node.Transfer;

/// <summary>
/// State for followers that the log no longer reaches, in both directions: joins the stream of tables to the core's offer, which may arrive
/// in either order. Loop only.
/// </summary>
internal sealed class Transfers : IDisposable
{
    private readonly Replica replica;
    private readonly NodeContext context;
    private readonly ConfigurationHistory configurations;
    private readonly TransferSender sender;
    private readonly TransferReceiver receiver;
    private SnapshotOffer? offered;
    private IncomingTransfer? received;
    private StateToInstall? installing;

    public Transfers(
        Replica replica, NodeContext context, TableStore tables, ConfigurationHistory configurations, PeerExchange peers, NodeLoop loop, int chunkBytes)
    {
        this.replica = replica;
        this.context = context;
        this.configurations = configurations;
        var events = new TransferEvents(
            context.Scheduler.Ready,
            (to, frame) => peers.Send(to, frame),
            (to, frame) => loop.Post(new ActionInput(_ => peers.Send(to, frame))),
            transfer => loop.Post(new ActionInput(_ => Complete(transfer))));
        sender = new TransferSender(tables, replica.Raft, configurations, context.Random, chunkBytes, events);
        receiver = new TransferReceiver(context.Files, events);
    }

    public void Start(NodeId follower)
    {
        context.Tell(new NodeEvent(NodeEventLevel.Information, $"Node {follower} is too far behind for the log: sending it the tables."));
        sender.Start(follower, replica.Log.Start, context.Clock.NowMillis);
    }

    public void Receive(NodeId from, PeerFrame frame)
    {
        var nowMillis = context.Clock.NowMillis;
        switch (frame)
        {
            case TransferBeginFrame begin when installing is null:
                receiver.Receive(from, begin, nowMillis);
                break;
            case TransferChunkFrame chunk:
                receiver.Receive(from, chunk, nowMillis);
                break;
            case TransferWantedFrame wanted:
                sender.Receive(from, wanted, nowMillis);
                break;
            case TransferEndedFrame ended:
                sender.Receive(from, ended);
                // What is being installed is here whole: its files stay, whatever the leader does now.
                if (installing is null)
                    receiver.Receive(from, ended);
                break;
        }
    }

    /// <summary>The core needs what the leader offers.</summary>
    public void Expect(SnapshotOffer offer)
    {
        offered = offer;
        InstallIfBoth();
    }

    public void Tick(long nowMillis)
    {
        sender.Tick(nowMillis);
        receiver.Tick(nowMillis);
        if (received is not null && installing is null && received.Position.Index <= replica.Raft.Commit)
        {
            Marks.TransferNotNeededAnyMore.Hit();
            // The log caught up by itself.
            receiver.Forget(received);
            (offered, received) = (null, null);
        }
    }

    public void Flushed(LogPosition durable) => configurations.Forget(durable.Index);

    /// <summary>The tables are swapped; log and core follow.</summary>
    public void Installed(StateToInstall state)
    {
        configurations.Restart(state.Position.Index, state.Configuration);
        replica.FinishInstall(state);
        context.Tell(new NodeEvent(NodeEventLevel.Information, $"Took over the state at {state.Position} from the leader."));
        installing = null;
        if (received is not null)
            receiver.Forget(received);
        (offered, received) = (null, null);
    }

    public void Dispose() => sender.Dispose();

    private void Complete(IncomingTransfer transfer)
    {
        received = transfer;
        InstallIfBoth();
    }

    private void InstallIfBoth()
    {
        // A begin or an end that came meanwhile has taken the files away.
        if (installing is null && received is not null && !receiver.Holds(received))
            received = null;
        if (installing is not null || received is null || offered is null || received.Position != offered.Position)
            return;
        if (received.Position.Index <= replica.Raft.Commit)
            return;
        installing = new StateToInstall(received.Position, offered.Configuration, received.Paths);
        replica.Install(installing);
    }
}
