namespace Lutra.Node.Formation;

/// <summary>What a node says when it ends because it found a cluster that it is no part of: what it found, why that is so, and what to do.</summary>
internal static class StopText
{
    public static string Of(FormationSelf self, Draft found, string foundAt)
    {
        var start = $"At {foundAt} there is a cluster that has begun ({found.Cluster}), created by {Members(found)}";
        if (found.MemberCalled(self.Label.Text) is { } namesake)
        {
            return $"{start}. In it, id {self.Label} is bound to another data folder (node {namesake.Node}) than this one (node {self.Node}), which is new: "
                + "the old one was wiped or replaced, and a node without its memory may not vote in its place (it could undo what the old one promised). "
                + $"If the old folder exists, start with it. If it is lost, the cluster goes on without it: have member {namesake.Id} removed, and this node added under an id of its own.";
        }
        var member = $"{start}, and this node ({self.Label} at {self.PeerAddress}) is not among them";
        return self.Join
            ? $"{member}. A cluster that has begun takes in a member by a change of its configuration, which this version cannot make; create the cluster with all its nodes in --peers."
            : $"{member}. If it should join that cluster, start it with --join; if it should not, take {foundAt} out of --peers.";
    }

    private static string Members(Draft found) =>
        string.Join(", ", found.Configuration.Members.OrderBy(member => Identity.Label.Parse(member.Label)).Select(member => $"{member.Label} at {PlainText.Of(member.PeerAddress)}"));
}
