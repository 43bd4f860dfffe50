using Lutra.Node.Peers;

namespace Lutra.Node.Formation;

/// <summary>
/// What is said where nodes begin with different states. Nodes whose logs begin at the same position must hold the same below it, or they would differ for ever; so
/// a draft is made and stored only among nodes with the same base state, which a folder keeps for life.
/// </summary>
internal static class BaseStateText
{
    public static string Differs(FormationSelf self, Hello other, string address)
    {
        var name = $"{PlainText.Of(other.Label)} at {address}";
        if (other.BaseState == 0)
            return $"This node was restored from a snapshot, and node {name} is empty: restore it from the same file, with the same options, or take it out of --peers.";
        return self.BaseState == 0
            ? $"Node {name} was restored from a snapshot, and this node is empty: restore it from the same file, with the same options, or take {address} out of --peers."
            : $"Node {name} was restored from another snapshot than this node, or with other options: restore both from the same file.";
    }

    /// <summary>A restored node found a cluster that it is no part of.</summary>
    public static string CannotJoin(string foundAt) =>
        $"At {foundAt} there is a cluster that has begun, and this node was restored from a snapshot: it begins a cluster of its own and can join no other. "
        + $"Take {foundAt} out of --peers; or, to join, start with an empty folder.";
}
