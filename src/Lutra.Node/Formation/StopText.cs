using Lutra.Raft;

namespace Lutra.Node.Formation;

/// <summary>What a node says when it ends because of the cluster that it found, or that let it go: what it found, why that is so, and what to do.</summary>
internal static class StopText
{
    public static string Of(FormationSelf self, ClusterBegun found, string foundAt)
    {
        if (self.BaseState != 0)
            return BaseStateText.CannotJoin(foundAt);
        var start = $"At {foundAt} there is a cluster that has begun ({found.Draft.Cluster}), of {Members(found.Members)}";
        if (found.Members.Members.FirstOrDefault(member => member.Label == self.Label.Text) is { } namesake)
        {
            if (!self.LabelGiven)
                return $"{start}. This node was given no --id, and {self.Label} is taken there: start it with an --id of its own.";
            if (namesake.Node is not { } bound)
                return $"{start}. In it, id {self.Label} is kept for a node at {PlainText.Of(namesake.PeerAddress)}, and this one is at {self.PeerAddress}. Start it there, or with an --id of its own.";
            return $"{start}. In it, id {self.Label} is bound to another data folder (node {bound}) than this one (node {self.Node}), which is new: "
                + "the old one was wiped or replaced, and a node without its memory may not vote in its place (it could undo what the old one promised). "
                + $"If the old folder exists, start with it. If it is lost, say 'lutra member replace {self.Label}' to the cluster, and start this node again: it takes the old one's place.";
        }

        return $"{start}, and this node ({self.Label} at {self.PeerAddress}) is not among them. If it should join that cluster, start it with --join; if it should not, take {foundAt} out of --peers.";
    }

    public static string Removed(FormationSelf self, ClusterId cluster) =>
        $"This node ({self.Label}, node {self.Node}) was removed from the cluster {cluster}. Its folder is of no more use there; to take the machine in again, start with an empty folder and --join.";

    private static string Members(Configuration found) => string.Join(", ", found.Members
        .OrderBy(member => member.Label.Length == 0 ? null : Identity.Label.TryParse(member.Label, out _))
        .Select(member => $"{(member.Label.Length == 0 ? "one without a name yet" : PlainText.Of(member.Label))} at {PlainText.Of(member.PeerAddress)}"));
}
