using Lutra.Node.Formation;
using Lutra.Node.Peers;
using Lutra.Raft;

namespace Lutra.Node.Tests.Formation;

/// <summary>
/// What must never happen among nodes that list each other. Counts every begin that was ever durable: where a second cluster id begins, the first must have begun
/// only on disks that were wiped before anyone else could know, and on fewer than its majority, so that it never elected a leader.
/// </summary>
internal sealed class SafetyChecker
{
    private readonly SortedDictionary<NodeId, Draft> begun = [];
    private readonly SortedDictionary<NodeId, Ballot> ballots = [];

    /// <summary>The clusters that ever began, on any disk.</summary>
    public IReadOnlyList<ClusterId> ClustersEver => [.. begun.Values.Select(draft => draft.Cluster).Distinct()];

    public void Check(IReadOnlyList<ModelNode> nodes)
    {
        foreach (var node in nodes)
        {
            var disk = node.OnDisk;
            CheckMovesOn(disk.Node, disk.Formation);
            if (node.Process?.Outcome is ClusterFound found)
            {
                var record = Assert.IsType<Begun>(disk.Formation);
                Assert.Equal(record.Draft.Cluster, found.Cluster);
                Assert.True(found.Initial.IsVoter(disk.Node), "A node never takes part in a cluster that does not name it.");
            }
            else if (node.Process is { } process && process.Stage == FormationStage.Begun)
                Assert.IsType<Begun>(disk.Formation);
        }
        CheckOneCluster(nodes);
    }

    private void CheckMovesOn(NodeId node, FormationRecord record)
    {
        if (begun.TryGetValue(node, out var before))
            Assert.True(record is Begun still && still.Draft.Cluster == before.Cluster, "What has begun stays.");
        else if (record is Begun now)
            begun.Add(node, now.Draft);
        else if (record is Drafted { Draft.Ballot: var ballot })
        {
            Assert.True(!ballots.TryGetValue(node, out var older) || older <= ballot, "Drafts are given up for newer ones only.");
            ballots[node] = ballot;
        }
        else
            Assert.False(ballots.ContainsKey(node), "A promise is not forgotten.");
    }

    private void CheckOneCluster(IReadOnlyList<ModelNode> nodes)
    {
        var alive = nodes.Select(node => node.OnDisk.Node).ToHashSet();
        foreach (var cluster in begun.GroupBy(pair => pair.Value.Cluster))
        {
            var initial = cluster.First().Value.Configuration;
            Assert.All(cluster, pair => Assert.Equal<Member>(initial.Members, pair.Value.Configuration.Members));
            Assert.All(cluster, pair => Assert.True(initial.IsVoter(pair.Key)));
        }
        var lasting = begun.Where(pair => alive.Contains(pair.Key)).Select(pair => pair.Value.Cluster).Distinct().ToList();
        Assert.True(lasting.Count <= 1, "Two clusters have begun.");
        foreach (var other in begun.Values.Where(draft => lasting.Count == 1 && draft.Cluster != lasting[0]))
        {
            var begunThere = begun.Count(pair => pair.Value.Cluster == other.Cluster);
            Assert.True(2 * begunThere <= other.Configuration.Members.Length, "A cluster that a majority had begun was followed by another.");
        }
    }
}
