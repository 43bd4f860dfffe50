using System.Collections.Immutable;
using Lutra.Simulation.Runs;

namespace Lutra.Cli.Sim;

/// <summary>Which worlds to run: those that the seeds draw, with what the command line says instead.</summary>
internal sealed record SimPlan(ulong First, int Count, int Jobs, TimeSpan? FaultsFor)
{
    /// <summary>At what the worlds are aimed.</summary>
    public string Area { get; init; } = "all";

    /// <summary>Begin no run after the first that failed.</summary>
    public bool StopsAtFailure { get; init; }

    public int? Voters { get; init; }

    public int? Clients { get; init; }

    public ImmutableArray<string>? Faults { get; init; }

    public ImmutableArray<string>? Workloads { get; init; }

    public bool? BareMajority { get; init; }

    public bool? BeyondBudget { get; init; }

    /// <summary>Print what was done to the nodes and what they said.</summary>
    public bool IsTraced { get; init; }

    /// <summary>Print how many runs hit each mark.</summary>
    public bool WithMarks { get; init; }

    /// <summary>Print what each run left behind as one number.</summary>
    public bool WithFingerprints { get; init; }

    /// <summary>How many runs may be spent on making the first failing world smaller.</summary>
    public int MinimiseRuns { get; init; }

    /// <summary>Where reports of failing seeds go; null: nowhere.</summary>
    public string? ReportFolder { get; init; }

    public World WorldOf(ulong seed)
    {
        var drawn = WorldDraw.Draw(seed, FaultsFor, Area);
        return drawn with
        {
            Voters = Voters ?? drawn.Voters,
            Clients = Clients ?? drawn.Clients,
            Faults = Faults ?? drawn.Faults,
            Workloads = Workloads ?? drawn.Workloads,
            BareMajority = BareMajority ?? drawn.BareMajority,
            BeyondBudget = BeyondBudget ?? drawn.BeyondBudget,
        };
    }
}
