using System.Text;
using Lutra;

namespace ThreeServers;

/// <summary>The few calls of a small Raft library, in those of Lutra.</summary>
internal static class RaftCalls
{
    /// <summary>Follower, Candidate or Leader; Lutra also tells a node that asks beforehand whether it would win (PreCandidate) and one that only learns (Learner).</summary>
    public static async Task<NodeRole> State(this LutraNode node) => (await node.StatusAsync()).Role;

    /// <summary>Returns when the pair is committed: a follower passes it on to the leader. Throws <see cref="LutraException"/> where it is refused.</summary>
    public static async Task ClientPut(this LutraNode node, string key, string value) => await node.PutAsync(key, value);

    /// <summary>The newest committed value, whichever node is asked.</summary>
    public static async Task<(string Value, bool Exists)> ClientGet(this LutraNode node, string key) =>
        await node.GetAsync(key) is { } found ? (Encoding.UTF8.GetString(found.Value.Span), true) : ("", false);

    /// <summary>Which of them leads.</summary>
    public static async Task<int> LeaderAt(this IReadOnlyList<LutraNode> nodes)
    {
        while (true)
        {
            for (var at = 0; at < nodes.Count; at++)
            {
                if (await nodes[at].State() == NodeRole.Leader)
                    return at;
            }
        }
    }
}
