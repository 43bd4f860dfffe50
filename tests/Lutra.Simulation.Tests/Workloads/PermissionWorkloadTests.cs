using Lutra.Keyspace.Auth;
using Lutra.Keyspace.Commands;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Workloads;
using Lutra.Simulation.Workloads.Permissions;

namespace Lutra.Simulation.Tests.Workloads;

/// <summary>A revocation counts from its place in the log, whichever node is asked and whatever dies meanwhile.</summary>
public sealed class PermissionWorkloadTests
{
    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public void No_write_of_a_user_without_permission_is_ever_applied_though_nodes_die(ulong seed)
    {
        var (cluster, workload) = Begin(seed);
        for (var kill = 0; kill < 4; kill++)
        {
            cluster.Scheduler.RunFor(TimeSpan.FromSeconds(5));
            var victim = cluster.Leader ?? cluster.Nodes[0];
            victim.Kill();
            cluster.Scheduler.RunFor(TimeSpan.FromSeconds(4));
            victim.Start();
        }

        workload.Stop();
        Assert.True(cluster.Scheduler.RunUntil(() => workload.IsQuiet, TimeSpan.FromSeconds(30)));
        workload.ReadBack([.. cluster.Nodes.Where(node => node.IsUp)]);
        Assert.True(cluster.Scheduler.RunUntil(() => workload.IsQuiet, TimeSpan.FromSeconds(30)));
        Assert.Null(workload.Judge());
        Assert.True(
            workload.Clients.Sum(client => client.Writes.Done) > 20 && workload.Clients.Sum(client => client.Writes.Denied) > 20 && workload.Clients.Sum(client => client.Tokens.Good) > 5,
            "Too little was tried.");
    }

    [Fact]
    public void It_sees_a_key_that_changed_though_nobody_might_write_it()
    {
        var (cluster, workload) = Begin(seed: 5);
        for (var times = 0; times < 300 && workload.Violation is null; times++)
        {
            foreach (var number in Enumerable.Range(1, 3))
            {
                var put = new PutOperation(System.Text.Encoding.UTF8.GetBytes(PermissionClient.NameOf(number, 1)), System.Text.Encoding.UTF8.GetBytes($"forged {times}"));
                cluster.Leader?.Requests.Write(new WriteCommand(put), null, _ => { }, caller: Caller.Inside);
            }

            cluster.Scheduler.RunFor(TimeSpan.FromMilliseconds(100));
        }

        Assert.StartsWith("A3: ", workload.Violation, StringComparison.Ordinal);
    }

    private static (SimulatedCluster Cluster, PermissionWorkload Workload) Begin(ulong seed)
    {
        var cluster = new SimulatedCluster(seed, nodes: 3);
        cluster.StartAll();
        Assert.True(cluster.ElectLeader(TimeSpan.FromSeconds(30)));
        var workload = new PermissionWorkload(new WorkloadSetting(cluster, Clients: 3, cluster.Scheduler.RandomFor("permissions"), ClockRateMax: 1));
        workload.Begin();
        return (cluster, workload);
    }
}
