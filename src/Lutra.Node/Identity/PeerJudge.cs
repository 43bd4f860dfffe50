using Lutra.Node.Peers;
using Lutra.Raft;

namespace Lutra.Node.Identity;

/// <summary>
/// Judges a hello that passed the handshake (protocol, cluster name, cluster id, expected node): whether the one behind it may speak for the member
/// that it says it is. Remembers the highest boot counter of each member.
/// </summary>
/// <remarks>
/// The memory is this process's own: bounded by the members, gone with a restart. So a disk that was put back to an older copy is noticed while any
/// peer that met the newer one still runs, and if it was started at least once between the copy and its loss. Where it was not, the leader notices
/// by what it had acknowledged (<see cref="HeldBefore"/>); beyond that it cannot be known.
/// A node that has not begun is let through, for words of formation only: they tell it what cluster it found and why it is no part of it.
/// </remarks>
internal sealed class PeerJudge
{
    private readonly SortedDictionary<NodeId, (ulong Boots, ulong Run)> met = [];

    /// <summary>Null where all is well; else the refusal, for the person at the other end.</summary>
    /// <param name="configuration">The one in force here; empty before the cluster has begun.</param>
    /// <param name="known">
    /// The newest members that this node has seen committed. A new learner knows that it was taken in long before its log says who else belongs to the cluster
    /// by then: until it does, it judges nobody by his label.
    /// </param>
    /// <param name="knownAt">Where in the log they stand.</param>
    public string? Judge(Hello hello, Configuration configuration, Configuration known, LogIndex knownAt)
    {
        if (hello.Stage != FormationStage.Begun)
            return null;

        // Who knows of a later configuration is not judged by an older one: its label may be its own by now, and it may be the very leader that brings the news. Who
        // knows only of an earlier one was removed since, and is told so once it is let in.
        if (hello.ConfigurationIndex == knownAt && known.Members.FirstOrDefault(member => member.Label == hello.Label) is { Node: { } bound } namesake && bound != hello.Node)
        {
            return $"Id {hello.Label} is bound to another data folder (node {bound}) than yours (node {hello.Node}). "
                + $"If that folder exists, start with it; if it is lost, say 'lutra member replace {hello.Label}', and start your node with an empty folder.";
        }
        if (configuration.MemberOf(hello.Node) is null)
            return null;
        if (met.TryGetValue(hello.Node, out var last))
        {
            if (hello.Boots < last.Boots)
                return WentBack(hello, $"it says that it was started {hello.Boots} times, and was met here at its start number {last.Boots}");
            if (hello.Boots == last.Boots && hello.Run != last.Run)
                return WentBack(hello, $"it says that this is its start number {hello.Boots}, and another process was met here under that number");
        }
        met[hello.Node] = (hello.Boots, hello.Run);
        foreach (var gone in met.Keys.Where(node => configuration.MemberOf(node) is null).ToArray())
            met.Remove(gone);
        return null;
    }

    /// <summary>The refusal of a node whose disk was put back.</summary>
    public static string WentBack(Hello hello, string evidence) =>
        $"The data folder of id {hello.Label} (node {hello.Node}) went back to an older copy: {evidence}. "
            + "It may have forgotten votes and entries that others count on. Put the newest copy back, or have the member removed, and the node added anew with an empty folder.";
}
