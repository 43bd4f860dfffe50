using Lutra.Node.Members;
using Lutra.Raft;
using Lutra.Simulation.Cluster;
using static Lutra.Node.Tests.Cluster.Requests;

namespace Lutra.Node.Tests.Members;

/// <summary>Changes of members through a node of a simulated cluster, run until they end.</summary>
internal static class MemberWorld
{
    /// <summary>Nodes 1 to <paramref name="voters"/> create the cluster; more stand by, as options say, and are not started.</summary>
    public static SimulatedCluster Cluster(ulong seed, int voters, int standby, Func<LutraNodeOptions, LutraNodeOptions>? adjust = null)
    {
        var founders = Enumerable.Range(1, voters).Select(number => $"n{number}:2379").ToArray();
        var cluster = new SimulatedCluster(seed, voters + standby, options =>
        {
            var isFounder = int.Parse(options.Label, System.Globalization.CultureInfo.InvariantCulture) <= voters;
            var own = options with { Peers = isFounder && voters == 1 ? [] : founders, Join = !isFounder };
            return adjust?.Invoke(own) ?? own;
        });
        foreach (var founder in cluster.Nodes.Take(voters))
            founder.Start();
        Assert.True(cluster.ElectLeader(Long), "No leader was elected.");
        return cluster;
    }

    public static MemberAnswer Change(this SimulatedCluster cluster, SimulatedNode node, MemberChange change)
    {
        MemberAnswer? answer = null;
        node.Requests.Change(change, ended => answer = ended);
        Assert.True(cluster.Scheduler.RunUntil(() => answer is not null || !node.IsUp, Long), $"No answer to {change}.");
        Assert.True(answer is not null, $"{node.Label} went down: {node.Failure}");
        return answer!;
    }

    public static MemberAnswer MustChange(this SimulatedCluster cluster, SimulatedNode node, MemberChange change)
    {
        var answer = cluster.Change(node, change);
        Assert.True(answer.Error is null, $"{answer.Error}: {answer.Message}");
        return answer;
    }

    /// <summary>Runs until the leader's committed members are these, voters plain, learners with a '+', without a node in brackets.</summary>
    public static void Becomes(this SimulatedCluster cluster, string members) =>
        Assert.True(cluster.Scheduler.RunUntil(() => cluster.Members() == members, Long), $"The members are {cluster.Members()}, not {members}:\n{cluster.Story()}");

    public static string Members(this SimulatedCluster cluster) => cluster.Leader?.Loop?.Replica?.Raft is { } raft && raft.ConfigurationIndex <= raft.Commit
        ? string.Join(' ', raft.Configuration.Members.Select(Spelled).Order(StringComparer.Ordinal))
        : "changing";

    public static string Story(this SimulatedCluster cluster) =>
        string.Join('\n', cluster.Nodes.SelectMany(node => node.Told).OrderBy(line => line.At).Select(line => $"{line.At} {line.Node}: {line.What}"));

    private static string Spelled(Member member)
    {
        var name = member.Label.Length > 0 ? member.Label : member.PeerAddress;
        var shown = member.Node is null ? $"({name})" : name;
        return member.Role switch
        {
            MemberRole.Voter => shown,
            MemberRole.Learner => $"{shown}+",
            _ => $"{shown}-",
        };
    }
}
