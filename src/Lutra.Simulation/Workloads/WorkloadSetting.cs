using Lutra.Simulation.Cluster;
using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Workloads;

/// <summary>Where a workload runs.</summary>
/// <param name="Cluster">Its nodes come and go: a client finds one that is up, and knows that an answer may never come.</param>
/// <param name="Clients">How many clients the seed has drawn, from 1 to 16.</param>
/// <param name="Random">The workload's own stream.</param>
/// <param name="ClockRateMax">How much faster than virtual time a node's clock may run; 1: none does.</param>
internal sealed record WorkloadSetting(SimulatedCluster Cluster, int Clients, Random Random, double ClockRateMax)
{
    public SimulatedScheduler Scheduler => Cluster.Scheduler;
}
