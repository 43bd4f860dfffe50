using Lutra.Raft;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Recording;
using Lutra.Simulation.Runs.Faults;
using Lutra.Simulation.Runs.Invariants;
using Lutra.Simulation.Workloads;

namespace Lutra.Simulation.Runs;

/// <summary>
/// One seed (reliability specification, 1.5): a cluster forms, clients work, faults come and go; then everything heals, and progress is demanded of the core
/// that is left; then the core loses its power, and everything that was acknowledged must still be there.
/// </summary>
public sealed class SimulationRun
{
    private static readonly TimeSpan forming = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan glance = TimeSpan.FromMilliseconds(100);

    // A busy cluster runs some thousands in a glance: with so many something goes round in a circle.
    private const int EventsPerGlanceMax = 3_000_000;

    private readonly World world;
    private readonly SimulatedCluster cluster;
    private readonly List<TimelineEntry> timeline = [];
    private readonly Operator keeper;
    private readonly FaultWeather weather;
    private readonly ClusterWatch watch;
    private readonly StuckWatch stuck;
    private readonly StuckLeaders stuckLeaders;
    private readonly FaultSetting setting;
    private readonly IWorkload[] workloads;
    private string? violation;

    private SimulationRun(World world, RunRecording? recording)
    {
        this.world = world;
        var options = new Random(Scheduling.StreamSeed.For(world.Seed, "options"));
        LutraNodeOptions? drawn = null;
        cluster = new SimulatedCluster(world.Seed, world.Voters, given =>
        {
            drawn ??= WorkloadMix.Tune(Area.Of(world.Area).Tune(NodeDraw.Draw(given, options)), world.Workloads, world.Seed);
            return drawn with { Label = given.Label, LabelGiven = given.LabelGiven, Address = given.Address, Peers = given.Peers, Join = given.Join };
        }, world.Standby);
        keeper = new Operator(cluster, world, timeline);
        setting = new FaultSetting(cluster, world, keeper, timeline);
        watch = new ClusterWatch(cluster, keeper, setting.Note);
        stuck = new StuckWatch(cluster, keeper, watch);
        stuckLeaders = new StuckLeaders(cluster, keeper);
        weather = new FaultWeather(setting);
        var clockRateMax = world.Faults.Contains(ClockFault.Title) ? ClockFault.RateMax : 1;
        workloads = [.. world.Workloads.Select(name => WorkloadMix.Create(name, new WorkloadSetting(cluster, world.Clients, cluster.Scheduler.RandomFor(name), clockRateMax)))];
        recording?.Follow(cluster);
    }

    /// <summary>The world that the seed draws, with faults for so long.</summary>
    public static RunReport Run(ulong seed, TimeSpan? faultsFor = null) => Run(WorldDraw.Draw(seed, faultsFor));

    public static RunReport Run(World world)
    {
        ArgumentNullException.ThrowIfNull(world);
        return Run(world, recording: null);
    }

    /// <summary>The same run, written down for people.</summary>
    internal static RunReport Run(World world, RunRecording? recording)
    {
        var marks = MarkSheet.Begin();
        try
        {
            var run = new SimulationRun(world, recording);
            run.RunPhasesOrSayWhy();
            run.Complete(recording);
            return run.Report(marks);
        }
        finally
        {
            MarkSheet.End();
        }
    }

    // An exception outside the nodes' own processes is a bug of the simulator or of a workload: it fails the seed that has it, and no other.
    private void RunPhasesOrSayWhy()
    {
        try
        {
            RunPhases();
        }
        catch (Exception bug)
        {
            violation ??= $"the run itself failed: {bug}";
        }
    }

    private void RunPhases()
    {
        cluster.StartAll();
        if (!Until(() => cluster.Leader?.Loop?.Replica?.Raft.CommittedInTerm == true, forming))
            violation ??= $"liveness: no cluster and no leader within {forming}";
        weather.Begin();
        foreach (var workload in workloads)
            workload.Begin();
        Until(() => false, world.FaultsFor);
        foreach (var workload in workloads)
            workload.Stop();
        weather.Heal();
        if (violation is null && !world.BeyondBudget)
            new Recovery(setting, workloads, watch, Until, found => violation ??= found).Run();
        violation ??= FirstOf(workloads.Select(workload => workload.Judge()));
    }

    /// <summary>Runs events until the condition holds; false where the time is over or something is wrong. What is wrong is looked for now and then.</summary>
    private bool Until(Func<bool> condition, TimeSpan atMost)
    {
        var end = cluster.Scheduler.Now + atMost;
        while (violation is null)
        {
            if (condition())
                return true;
            var left = end - cluster.Scheduler.Now;
            if (left <= TimeSpan.Zero)
                return false;
            cluster.Scheduler.RunFor(left < glance ? left : glance, EventsPerGlanceMax);
            watch.LookAtAll();
            keeper.LookAtAll();
            violation ??= watch.Breach ?? keeper.Unexplained ?? stuck.Look() ?? stuckLeaders.Look() ?? FirstOf(workloads.Select(workload => workload.Violation));
        }

        return false;
    }

    private static string? FirstOf(IEnumerable<string?> found) => found.FirstOrDefault(each => each is not null);

    private void Complete(RunRecording? recording)
    {
        if (recording is null)
            return;
        recording.End = cluster.Scheduler.Now;
        recording.States = [.. cluster.Nodes.Select(NodeState.Describe)];
        if (workloads.FirstOrDefault(workload => workload.Misfit is not null) is { } misfitting)
            (recording.Misfit, recording.Longest) = (misfitting.Misfit, misfitting.Longest);
    }

    private RunReport Report(MarkSheet marks)
    {
        var fingerprint = new Fingerprint();
        fingerprint.Add(cluster.Scheduler.EventsRun);
        fingerprint.Add(cluster.Scheduler.Trail);
        fingerprint.Add((ulong)cluster.Network.DeliveredBytes);
        foreach (var entry in timeline)
            fingerprint.Add(entry.ToString());
        foreach (var node in cluster.Nodes)
        {
            foreach (var path in node.Disk.Paths)
            {
                fingerprint.Add(path);
                fingerprint.Add(node.Disk.ReadAll(path));
            }
        }

        return new RunReport(
            world, violation, workloads.Sum(each => each.Done), workloads.Sum(each => each.Unknown), cluster.Scheduler.Now, fingerprint.Value, timeline,
            [.. cluster.Nodes.SelectMany(node => node.Told)], marks)
        {
            Histories = workloads.Sum(each => each.Histories),
            Undecided = workloads.Sum(each => each.Undecided),
        };
    }
}
