using Lutra.Raft;

namespace Lutra.Node.Peers;

/// <summary>
/// What a node's peers tell its loop. Every call is made from inside one of <see cref="PeerExchange"/>'s, so by the loop itself, and may call the exchange.
/// </summary>
internal interface IPeerEvents
{
    /// <summary>
    /// The owner's own judgement of a hello that passed the checks of the handshake: a label bound to another node, a boot counter that went
    /// back (pitfall D11). Null: fine; else the refusal, in words for the person at the other end.
    /// </summary>
    string? Judge(Hello hello);

    /// <summary>
    /// A peer introduced itself and was accepted, or said anew who it is (its stage changed). From now on <see cref="PeerExchange.Send"/> reaches it.
    /// </summary>
    /// <param name="address">The address at which it answered; null where it dialled.</param>
    void Heard(Hello hello, string? address);

    /// <summary>This very node answered at <paramref name="address"/>; it is not dialled again.</summary>
    void FoundSelf(string address);

    /// <summary>A frame of a checked peer. What is not a <see cref="FormationFrame"/> comes only from a peer of the same begun cluster (pitfall N01).</summary>
    void Received(NodeId from, PeerFrame frame);

    /// <summary>The last connection with a peer is gone, for whatever reason. What was sent and not answered may or may not have arrived.</summary>
    void Lost(NodeId peer);

    /// <summary>
    /// The connection ended and dialling again at once was refused: the process is gone. Follows <see cref="Lost"/>. A broken connection that
    /// can be dialled again is never reported here.
    /// </summary>
    void PeerDied(NodeId peer);

    /// <summary>An address to be kept connected did not answer, or the wrong one answered; told anew with each attempt.</summary>
    void Unreachable(string address, string reason);

    /// <summary>A connection was closed because of what its other end said: for the log and for people.</summary>
    void Rejected(string remote, string reason);
}
