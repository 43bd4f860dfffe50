using Lutra.Keyspace.Commands;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Workloads;

namespace Lutra.Simulation.Tests.Workloads;

/// <summary>The workload that docs/testing.md shows to whoever writes a new one.</summary>
public sealed class PairWorkloadTests
{
    [Fact]
    public void It_works_in_a_cluster_in_which_nodes_die()
    {
        var (cluster, workload) = Begin();
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(5));
        cluster.Leader!.Kill();
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(10));
        workload.Stop();
        Assert.True(cluster.Scheduler.RunUntil(() => workload.IsQuiet, TimeSpan.FromSeconds(20)));
        workload.ReadBack([.. cluster.Nodes.Where(node => node.IsUp)]);
        Assert.True(cluster.Scheduler.RunUntil(() => workload.IsQuiet, TimeSpan.FromSeconds(20)));
        Assert.Null(workload.Judge());
        Assert.InRange(workload.Done, 100, long.MaxValue);
    }

    [Fact]
    public void It_sees_two_values_in_one_pair()
    {
        var (cluster, workload) = Begin();
        for (var times = 0; times < 50; times++)
        {
            cluster.Leader!.Requests.Write(new WriteCommand(new PutOperation("pair/left"u8.ToArray(), "other"u8.ToArray())), null, _ => { });
            cluster.Scheduler.RunFor(TimeSpan.FromMilliseconds(200));
        }

        Assert.StartsWith("P1: node", workload.Violation, StringComparison.Ordinal);
    }

    [Fact]
    public void The_documentation_shows_it_as_it_is()
    {
        var code = File.ReadAllText(Path.Combine(Repository, "tests/Lutra.Simulation.Tests/Workloads/PairWorkload.cs"));
        var shown = code[code.IndexOf("/// <summary>", StringComparison.Ordinal)..];
        Assert.Contains($"```csharp\n{shown}```", File.ReadAllText(Path.Combine(Repository, "docs/testing.md")), StringComparison.Ordinal);
    }

    private static string Repository
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "Lutra.slnx")))
                folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run inside the repository.");
            return folder.FullName;
        }
    }

    private static (SimulatedCluster Cluster, PairWorkload Workload) Begin()
    {
        var cluster = new SimulatedCluster(seed: 5, nodes: 3);
        cluster.StartAll();
        Assert.True(cluster.ElectLeader(TimeSpan.FromSeconds(30)));
        var workload = new PairWorkload(new WorkloadSetting(cluster, Clients: 4, cluster.Scheduler.RandomFor("pairs"), ClockRateMax: 1));
        workload.Begin();
        return (cluster, workload);
    }
}
