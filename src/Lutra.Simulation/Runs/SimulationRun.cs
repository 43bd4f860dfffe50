using Lutra.Simulation.Cluster;
using Lutra.Simulation.Workloads;

namespace Lutra.Simulation.Runs;

/// <param name="Violation">What must never happen and did; null where all held.</param>
/// <param name="Fingerprint">Of every disk at the end and of the number of events: two runs of one seed agree on it.</param>
public sealed record RunReport(ulong Seed, string? Violation, long RequestsDone, long RequestsUnknown, TimeSpan Virtual, ulong Fingerprint);

/// <summary>
/// One seed: a cluster, clients, faults for a while; then everything heals, and progress is demanded: a leader, equal states, and that no acknowledged write is gone.
/// </summary>
public static class SimulationRun
{
    private static readonly TimeSpan Forming = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Healing = TimeSpan.FromSeconds(60);

    public static RunReport Run(ulong seed, TimeSpan? faultsFor = null)
    {
        var nodes = new Random((int)(seed % int.MaxValue)).Next(10) switch { 0 => 1, < 8 => 3, _ => 5 };
        var cluster = new SimulatedCluster(seed, nodes);
        string? violation = null;
        var workloads = WorkloadMix.Names.Select(name => WorkloadMix.Create(name, new WorkloadSetting(cluster, 4, cluster.Scheduler.RandomFor(name)))).ToArray();

        cluster.StartAll();
        if (!cluster.ElectLeader(Forming))
            violation = $"no cluster and leader within {Forming}";
        var faults = new FaultPlan(cluster);
        faults.Begin();
        foreach (var workload in workloads)
            workload.Begin();
        cluster.Scheduler.RunFor(faultsFor ?? TimeSpan.FromSeconds(20));

        faults.Heal();
        foreach (var workload in workloads)
            workload.Stop();
        if (violation is null && !cluster.Converge(Healing))
            violation = $"no leader that everybody follows within {Healing} of healing";
        violation ??= ReadBack(cluster, workloads);
        violation ??= workloads.Select(workload => workload.Judge()).FirstOrDefault(found => found is not null);
        violation ??= StatesDiffer(cluster) ?? Stopped(cluster);
        return new RunReport(
            seed, violation, workloads.Sum(each => each.Done), workloads.Sum(each => each.Unknown), cluster.Scheduler.Now, FingerprintOf(cluster));
    }

    private static string? ReadBack(SimulatedCluster cluster, IWorkload[] workloads)
    {
        cluster.Scheduler.RunUntil(() => workloads.All(workload => workload.IsQuiet), Healing);
        foreach (var workload in workloads)
            workload.ReadBack(cluster.Nodes);
        var busy = cluster.Scheduler.RunUntil(() => workloads.All(workload => workload.IsQuiet), Healing) ? null : workloads.First(each => !each.IsQuiet);
        return busy is null ? null : $"requests of {busy.Name} have no end {Healing} after healing";
    }

    private static string? StatesDiffer(SimulatedCluster cluster)
    {
        var hashes = new List<UInt128>();
        foreach (var node in cluster.Nodes)
        {
            if (node.Loop?.Replica is not { } replica)
                return $"node {node.Label} has no replica at the end";
            using var view = replica.Keyspace.Pin();
            hashes.Add(view.HashOfState());
        }

        return hashes.Distinct().Count() == 1 ? null : "the nodes applied the same log and hold different states";
    }

    // In these runs no disk fails, so no node has a reason to stop.
    private static string? Stopped(SimulatedCluster cluster) =>
        cluster.Nodes.FirstOrDefault(node => node.Failure is not null) is { } node ? $"node {node.Label} stopped: {node.Failure}" : null;

    private static ulong FingerprintOf(SimulatedCluster cluster)
    {
        var fingerprint = new Fingerprint();
        fingerprint.Add(cluster.Scheduler.EventsRun);
        foreach (var node in cluster.Nodes)
        {
            foreach (var path in node.Disk.Paths)
            {
                fingerprint.Add(path);
                fingerprint.Add(node.Disk.ReadAll(path));
            }
        }

        return fingerprint.Value;
    }
}
