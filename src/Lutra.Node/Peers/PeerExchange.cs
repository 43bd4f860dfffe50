using Lutra.Raft;

namespace Lutra.Node.Peers;

/// <summary>
/// All connections of one node with its peers. Owned by the node's loop: except for <see cref="Accept"/>, which may be called from any thread,
/// everything is called by the loop only, and all <see cref="IPeerEvents"/> are raised from inside <see cref="Step"/>. What the network says, on
/// whatever thread, goes through a bounded inbox and calls <c>wake</c>, after which the loop steps.
/// </summary>
internal sealed class PeerExchange
{
    /// <param name="hello">What this node says of itself. <see cref="Hello.Expected"/> is filled in per connection.</param>
    /// <param name="random">For jitter.</param>
    /// <param name="wake">There is something to <see cref="Step"/> for. Called from any thread; must not step inline.</param>
    public PeerExchange(INetwork network, Hello hello, PeerOptions options, IPeerEvents events, Random random, Action wake) =>
        throw new NotImplementedException();

    public PeerCounters Counters => throw new NotImplementedException();

    /// <summary>Connected peers, by node.</summary>
    public IReadOnlyList<PeerStatus> Status => throw new NotImplementedException();

    /// <summary>A connection that someone opened to this node: give the returned handler to the network. From any thread.</summary>
    public IConnectionHandler Accept() => throw new NotImplementedException();

    /// <summary>
    /// This node's stage, cluster, list or addresses changed: says so to all connected peers at once. Where its cluster became another one, all
    /// connections are closed and opened anew.
    /// </summary>
    public void SetHello(Hello hello) => throw new NotImplementedException();

    /// <summary>
    /// The addresses to keep connected from now on; new ones are dialled at the next step. A connection that this node dialled and that
    /// belongs to no target is closed; those that others dialled are theirs to close.
    /// </summary>
    public void SetTargets(IReadOnlyList<PeerTarget> targets) => throw new NotImplementedException();

    /// <summary>The latest hello of a connected peer; null where it is not connected.</summary>
    public Hello? HelloOf(NodeId peer) => throw new NotImplementedException();

    /// <summary>
    /// Queues a frame; it goes out with the next <see cref="Flush"/>. False: not queued, because the peer is not connected, is not of the same begun
    /// cluster (only <see cref="FormationFrame"/> goes to others), or has too much waiting. Raft repeats what it needs; others act on the answer.
    /// </summary>
    public bool Send(NodeId to, PeerFrame frame) => throw new NotImplementedException();

    /// <summary>Starts to send what was queued: once at the end of a loop's step, so that its frames share a write.</summary>
    public void Flush() => throw new NotImplementedException();

    /// <summary>
    /// Takes what arrived and does what is due, a bounded piece of it; true where more waits. Called after <c>wake</c>, and at the latest at
    /// <see cref="DueMs"/>.
    /// </summary>
    /// <param name="nowMs">A clock that never goes back.</param>
    public bool Step(long nowMs) => throw new NotImplementedException();

    /// <summary>When the next attempt, ping or deadline is due; <see cref="long.MaxValue"/> where nothing is.</summary>
    public long DueMs => throw new NotImplementedException();

    /// <summary>Closes everything for good.</summary>
    public void Close() => throw new NotImplementedException();
}
