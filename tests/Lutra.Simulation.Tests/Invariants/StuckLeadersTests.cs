using System.Text;
using Lutra.Keyspace.Commands;
using Lutra.Raft;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Runs;
using Lutra.Simulation.Runs.Invariants;

namespace Lutra.Simulation.Tests.Invariants;

public sealed class StuckLeadersTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(0.01, true)] // Its clock hardly goes on: it does not come to give up.
    public void D10_a_leader_that_leads_on_with_a_stuck_disk_is_seen(double clockRate, bool isSeen)
    {
        var cluster = new SimulatedCluster(1, 3);
        var stuck = new StuckLeaders(cluster, new Operator(cluster, WorldDraw.Draw(1) with { Voters = 3 }, []));
        cluster.StartAll();
        Assert.True(cluster.ElectLeader(TimeSpan.FromSeconds(30)));
        var leader = cluster.Leader!;
        leader.Process!.Drift(clockRate);
        leader.Disk.Faults.StallSyncs = true;
        cluster.Network.Isolate(leader.Host);
        leader.Requests.Write(new WriteCommand(new PutOperation(Encoding.UTF8.GetBytes("key"), new byte[10])), null, _ => { });

        string? found = null;
        for (var look = 0; look < 300 && found is null; look++)
        {
            cluster.Scheduler.RunFor(TimeSpan.FromMilliseconds(100));
            found = stuck.Look();
        }

        Assert.Equal(isSeen, found is not null);
        Assert.Equal(isSeen, leader.Loop?.Replica?.Raft.Role == RoleName.Leader);
    }
}
