namespace Lutra.Node.Peers.Links;

/// <summary>The checks that stand before the first frame (pitfall N01). Each refusal is written for the person at the other end.</summary>
internal static class Handshake
{
    /// <summary>Null where <paramref name="theirs"/> may talk to <paramref name="own"/>.</summary>
    /// <param name="dialled">Whom this node meant to reach, where it dialled and knows.</param>
    public static string? Judge(Hello own, Hello theirs, Raft.NodeId? dialled)
    {
        if (theirs.ClusterName != own.ClusterName)
            return $"This node belongs to the cluster named '{own.ClusterName}', not '{theirs.ClusterName}'.";
        // A node alone with nothing may be about to give its own cluster up; until it has, only words of formation pass.
        if (own.Cluster is { } ownCluster && theirs.Cluster is { } theirCluster && ownCluster != theirCluster
            && own.Stage == FormationStage.Alone == (theirs.Stage == FormationStage.Alone))
            return $"This node belongs to the cluster {ownCluster}, not {theirCluster}: two clusters that began apart cannot be joined. The node of one of them must be started with an empty folder.";
        if (theirs.Expected is { } expected && expected != own.Node)
            return $"Node {own.Node} (label {own.Label}) answers at this address, not node {expected}.";
        if (dialled is { } wanted && wanted != theirs.Node)
            return $"Node {theirs.Node} (label {theirs.Label}) answers at this address, not node {wanted}.";
        return null;
    }

    /// <summary>Null where the node proved that it is where it says that it is reached, or need not prove it (pitfall N03).</summary>
    /// <param name="proves">Of which hosts it proved to be; null: of any.</param>
    public static string? JudgeProof(Hello theirs, Func<string, bool>? proves) =>
        proves is null || (Formation.PeerAddress.TryParse(theirs.PeerAddress, out _) is { } address && proves(address.Host.Trim('[', ']')))
            ? null
            : $"The certificate that was shown does not cover {theirs.PeerAddress}, where this node says that it is reached.";

    public static string WrongProtocol(ushort offeredMin, ushort offeredMax) =>
        $"This node speaks the peer protocol {PeerProtocol.Min} to {PeerProtocol.Max}, not {offeredMin} to {offeredMax}.";

    /// <summary>Whether two hellos with the same node come from one process: a copied data folder shows here (pitfall D11).</summary>
    public static bool IsSameProcess(Hello own, Hello theirs) => theirs.Boots == own.Boots && theirs.Label == own.Label && theirs.PeerAddress == own.PeerAddress;

    /// <summary>Whether frames of consensus may pass: both have begun, in the same cluster. Until then only words of formation do.</summary>
    public static bool IsSameCluster(Hello own, Hello theirs) => own.Cluster is { } cluster && theirs.Cluster == cluster;
}
