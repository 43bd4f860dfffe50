using Lutra.Raft;
using Lutra.Simulation.Cluster;
using static Lutra.Node.Tests.Cluster.Requests;

namespace Lutra.Node.Tests.Cluster;

/// <summary>
/// Three listed nodes, whole ones, become one cluster and never two, whatever happens to one of them on the way (pitfall N02). The rules of it alone are
/// tested in Formation.
/// </summary>
public sealed class BootstrapTests
{
    private static readonly int[][] Orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

    public static TheoryData<int> Victims => [0, 1, 2];

    [Fact]
    public void N02_nodes_started_in_any_order_with_or_without_join_make_one_cluster()
    {
        foreach (var order in Orders)
        {
            for (var joining = 0; joining < 8; joining++)
            {
                var cluster = Listed(seed: 1, joining);
                foreach (var place in order)
                {
                    Assert.Empty(Begun(cluster));
                    cluster.Nodes[place].Start();
                    cluster.Scheduler.RunFor(TimeSpan.FromMilliseconds(700));
                }

                RequireOneCluster(cluster, $"order {string.Join(",", order)}, joining {joining}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Victims))]
    public void N02_a_node_killed_at_any_event_of_creating_makes_no_second_cluster(int victim) => LoseAtEveryEvent(victim, wipe: false);

    [Theory]
    [MemberData(nameof(Victims))]
    public void N02_a_node_wiped_at_any_event_of_creating_makes_no_second_cluster(int victim) => LoseAtEveryEvent(victim, wipe: true);

    [Theory]
    [MemberData(nameof(Victims))]
    public void N02_a_power_cut_at_every_file_operation_of_creating_makes_no_second_cluster(int victim)
    {
        foreach (var wipe in (bool[])[false, true])
        {
            for (var at = 1; ; at++)
            {
                var cluster = Listed((ulong)at, joining: at % 8);
                var node = cluster.Nodes[victim];
                node.Disk.Faults.CrashIn = at;
                cluster.StartAll();
                cluster.Scheduler.RunUntil(() => !node.IsUp || Begun(cluster).Count == 3, Long);
                if (node.IsUp)
                {
                    Assert.True(at > 8, $"Creating took {at} file operations only.");
                    break;
                }

                node.PowerCut();
                BringBack(cluster, node, wipe, $"operation {at}: {node.Failure!.Message}");
            }
        }
    }

    [Fact]
    public void A_fourth_whose_list_overlaps_is_told_why_it_is_not_counted_and_so_are_the_others()
    {
        var cluster = Overlapping();
        foreach (var place in (int[])[0, 1, 3])
            cluster.Nodes[place].Start();
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(5));
        Assert.Empty(Begun(cluster));
        var (first, fourth) = (cluster.Nodes[0], cluster.Nodes[3]);
        RequireTold(first, "Node 4 at n4:2379 lists this node, but is not in its --peers: it is not counted.");
        RequireTold(first, "Waiting for n3:2379: it has not answered");
        RequireTold(fourth, "Waiting for n3:2379: it has not answered");

        cluster.Nodes[2].Start();
        Assert.True(cluster.Scheduler.RunUntil(() => fourth.Failure is not null && cluster.Leader is not null, Long), Told(cluster));
        Assert.Contains("and this node (4 at n4:2379) is not among them", fourth.Failure!.Message, StringComparison.Ordinal);
        Assert.Contains("of 1 at n1:2379, 2 at n2:2379, 3 at n3:2379", fourth.Failure.Message, StringComparison.Ordinal);
        Assert.Equal(3, cluster.Leader!.Loop!.Replica!.Raft.Configuration.Voters.Count);
        Assert.Single(Begun(cluster).Distinct());
    }

    [Fact]
    public void A_fourth_that_the_others_do_not_list_makes_no_cluster_with_them_while_one_is_missing()
    {
        // All that the fourth lists are there, but for the cluster of the others the third is missing.
        var cluster = Overlapping(lists: ["n1:2379", "n2:2379", "n4:2379"]);
        foreach (var place in (int[])[0, 1, 3])
            cluster.Nodes[place].Start();
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(20));
        Assert.Empty(Begun(cluster));
        RequireTold(cluster.Nodes[3], "Waiting for 1 at n1:2379, which itself waits for n3:2379.");
        RequireTold(cluster.Nodes[0], "Node 4 at n4:2379 lists this node, but is not in its --peers: it is not counted.");
    }

    private static void LoseAtEveryEvent(int victim, bool wipe)
    {
        for (var seed = 1ul; seed <= 2; seed++)
        {
            var reference = Listed(seed, joining: (int)seed);
            reference.StartAll();
            Assert.True(reference.Scheduler.RunUntil(() => Begun(reference).Count == 3, Long), Told(reference));
            var events = (int)reference.Scheduler.EventsRun;
            for (var at = 0; at <= events; at += Sweep.Stride(everyday: 1 + (events / 60)))
            {
                var cluster = Listed(seed, joining: (int)seed);
                cluster.StartAll();
                for (var run = 0; run < at; run++)
                    cluster.Scheduler.RunOne();
                var node = cluster.Nodes[victim];
                if (at % 2 == 0)
                    node.Kill();
                else
                    node.PowerCut();
                cluster.Scheduler.RunFor(TimeSpan.FromMilliseconds(at % 3 * 300));
                BringBack(cluster, node, wipe, $"seed {seed}, event {at} of {events}");
            }
        }
    }

    private static void BringBack(SimulatedCluster cluster, SimulatedNode node, bool wipe, string where)
    {
        if (!wipe)
        {
            node.Start();
            RequireOneCluster(cluster, where);
            return;
        }

        // Wiped before the begin, it takes part as whoever it is now; wiped after it, it is told why it cannot.
        node.Wipe();
        node.Start();
        var others = cluster.Nodes.Where(each => each != node).ToArray();
        Assert.True(RunWatched(cluster, () => others.All(HasBegun) && LeaderOf(cluster.Nodes) && (HasBegun(node) || node.Failure is not null)), $"{where}: {Told(cluster)}");
        if (node.Failure is { } failure)
            Assert.Contains($"id {node.Label} is bound to another data folder", failure.Message, StringComparison.Ordinal);
        Assert.All(others, other => Assert.Null(other.Failure));
        cluster.MustPut(others[0], "name", "otter");
        Assert.Equal("otter", cluster.Get(others[1], "name"));
    }

    private static void RequireOneCluster(SimulatedCluster cluster, string where)
    {
        Assert.True(RunWatched(cluster, () => cluster.Nodes.All(HasBegun) && LeaderOf(cluster.Nodes)), $"{where}: {Told(cluster)}");
        Assert.Single(Begun(cluster).Distinct());
        Assert.Single(EverBegun(cluster));
        Assert.All(cluster.Nodes, node => Assert.Equal(3, node.Loop!.Replica!.Raft.Configuration.Voters.Count));
        cluster.MustPut(cluster.Nodes[0], "name", "otter");
        Assert.Equal("otter", cluster.Get(cluster.Nodes[2], "name"));
    }

    // Between any two events there is one cluster at most.
    private static bool RunWatched(SimulatedCluster cluster, Func<bool> condition) => cluster.Scheduler.RunUntil(
        () =>
        {
            Assert.True(Begun(cluster).Distinct().Count() <= 1, $"Two clusters: {Told(cluster)}");
            return condition();
        },
        Long);

    private static bool LeaderOf(IEnumerable<SimulatedNode> nodes) => nodes.Any(node => node.Loop?.Replica?.Raft.CommittedInTerm == true);

    private static bool HasBegun(SimulatedNode node) => node.Loop?.Replica is not null;

    private static List<ClusterId> Begun(SimulatedCluster cluster) =>
        [.. cluster.Nodes.Select(node => node.Loop?.Membership.Begun?.Cluster).OfType<ClusterId>()];

    private static HashSet<string> EverBegun(SimulatedCluster cluster) =>
        [.. cluster.Nodes.SelectMany(node => node.Told).Where(line => line.What.Contains(": opened at ", StringComparison.Ordinal))
            .Select(line => line.What[line.What.IndexOf("Cluster ", StringComparison.Ordinal)..line.What.IndexOf(": opened", StringComparison.Ordinal)])];

    private static void RequireTold(SimulatedNode node, string part) =>
        Assert.True(node.Told.Any(line => line.What.Contains(part, StringComparison.Ordinal)), $"\"{part}\" is not in:\n{string.Join('\n', node.Told)}");

    private static string Told(SimulatedCluster cluster) => string.Join('\n', cluster.Nodes.SelectMany(node => node.Told));

    /// <summary>Three nodes that list each other, each in its own way; bit n of <paramref name="joining"/>: node n is started with --join.</summary>
    private static SimulatedCluster Listed(ulong seed, int joining) => new(seed, nodes: 3, options =>
    {
        var place = options.Label[0] - '1';
        string[] addresses = ["n1:2379", "n2:2379", "n3:2379"];
        return options with
        {
            Join = (joining >> place & 1) == 1,
            Peers = place switch
            {
                0 => addresses,
                1 => [.. addresses.Reverse()],
                _ => [.. addresses.Where((_, other) => other != place)],
            },
        };
    });

    private static SimulatedCluster Overlapping(string[]? lists = null) => new(seed: 1, nodes: 4, options => options with
    {
        Peers = options.Label == "4" ? lists ?? ["n1:2379", "n2:2379", "n3:2379", "n4:2379"] : ["n1:2379", "n2:2379", "n3:2379"],
    });
}
