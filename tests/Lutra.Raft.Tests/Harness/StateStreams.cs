namespace Lutra.Raft.Tests.Harness;

/// <summary>The states that are on their way between nodes, and how they break off.</summary>
internal sealed class StateStreams(TestCluster cluster)
{
    private readonly List<StateStream> streams = [];

    /// <summary>Pins the sender's state as it is now.</summary>
    public StateStream Begin(TestNode from, NodeId to)
    {
        streams.RemoveAll(stream => stream.From == from.Id && stream.To == to);
        var stream = new StateStream(from.Id, to, from.State.At(from.State.Position));
        streams.Add(stream);
        return stream;
    }

    /// <summary>The state that comes with this offer; null when the stream broke off.</summary>
    public StateStream? Receive(SnapshotOffer offer)
    {
        var stream = Find(offer);
        if (stream is not null && cluster.Network.IsCut(offer.From, offer.To))
        {
            End(stream, failed: true);
            return null;
        }

        return stream;
    }

    public void End(StateStream stream, bool failed)
    {
        if (streams.Remove(stream) && failed && cluster.Find(stream.From) is { IsUp: true } source)
        {
            cluster.Trace.Add($"{TraceText.Name(stream.From)} fails to send its state to {TraceText.Name(stream.To)}");
            source.Feed(core => core.SnapshotFailed(stream.To));
        }
    }

    /// <summary>This message is lost; if it is an offer, so is what comes with it.</summary>
    public void Break(Message message)
    {
        if (message is SnapshotOffer offer && Find(offer) is { } stream)
        {
            End(stream, failed: true);
        }
    }

    /// <summary>Streams from or to this node break off.</summary>
    public void Break(TestNode node)
    {
        foreach (var stream in streams.Where(stream => stream.From == node.Id || stream.To == node.Id).ToList())
        {
            End(stream, failed: true);
        }
    }

    /// <summary>A tick of the sender; a stream that takes too long is given up.</summary>
    public void Age(TestNode node)
    {
        foreach (var stream in streams.Where(stream => stream.From == node.Id).ToList())
        {
            if (++stream.AgeTicks > 5 * cluster.Options.ElectionTicks)
            {
                End(stream, failed: true);
            }
        }
    }

    private StateStream? Find(SnapshotOffer offer) => streams.FirstOrDefault(
        stream => stream.From == offer.From && stream.To == offer.To && stream.State.Position == offer.Position);
}
