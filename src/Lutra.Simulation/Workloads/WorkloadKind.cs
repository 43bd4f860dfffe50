namespace Lutra.Simulation.Workloads;

/// <summary>A kind of workload, as <see cref="WorkloadMix"/> lists it.</summary>
/// <param name="Name">One word, as `lutra sim` shows it.</param>
/// <param name="Create">Makes it, for one run.</param>
internal sealed record WorkloadKind(string Name, Func<WorkloadSetting, IWorkload> Create)
{
    /// <summary>How likely a world has it.</summary>
    public double On { get; init; } = 0.3;

    /// <summary>
    /// What it changes in the options of all nodes of its worlds, where it needs other ones than are drawn. It gets what was drawn, the names of all workloads of
    /// the world and a stream of random numbers of its own.
    /// </summary>
    public Func<LutraNodeOptions, IReadOnlyCollection<string>, Random, LutraNodeOptions> Tune { get; init; } = (options, _, _) => options;
}
