using System.Collections.Immutable;
using Lutra.Simulation.Runs.Faults;

namespace Lutra.Simulation.Runs;

/// <summary>
/// The world that one seed draws (reliability specification, 1.2). Whatever is switched off or made smaller leaves the draws of the rest alone, so that a
/// failure can be narrowed down: each fault and each workload has a stream of random numbers of its own.
/// </summary>
/// <param name="Seed">Everything that is drawn is drawn from it.</param>
/// <param name="Voters">1 to 7.</param>
/// <param name="Clients">1 to 16, for each workload.</param>
/// <param name="FaultsFor">How long faults come, in virtual time.</param>
/// <param name="Faults">Names from the list of faults.</param>
/// <param name="Workloads">Names from the list of workloads.</param>
/// <param name="BareMajority">After healing only a majority of the voters is left, the others stay away for ever.</param>
/// <param name="BeyondBudget">More disks may be damaged than the cluster can bear: it may stop, and must not lie.</param>
public sealed record World(
    ulong Seed, int Voters, int Clients, TimeSpan FaultsFor, ImmutableArray<string> Faults, ImmutableArray<string> Workloads, bool BareMajority,
    bool BeyondBudget)
{
    /// <summary>At what it is aimed; "all": at nothing.</summary>
    public string Area { get; init; } = "all";

    /// <summary>Machines beside the voters, which the cluster may take in: 1 to 3 where members change.</summary>
    public int Standby => Faults.Contains(MembersFault.Title) ? WorldDraw.StandbyOf(Seed) : 0;

    /// <summary>The line that runs this world again.</summary>
    public string ReproLine
    {
        get
        {
            var line = $"lutra sim --seed {Seed} --seconds {FaultsFor.TotalSeconds:0.###}";
            var drawn = WorldDraw.Draw(Seed, FaultsFor, Area);
            if (Area != "all")
                line += $" --area {Area}";
            if (Voters != drawn.Voters)
                line += $" --voters {Voters}";
            if (Clients != drawn.Clients)
                line += $" --clients {Clients}";
            if (!Faults.SequenceEqual(drawn.Faults))
                line += $" --faults {(Faults.IsEmpty ? "none" : string.Join(',', Faults))}";
            if (!Workloads.SequenceEqual(drawn.Workloads))
                line += $" --workloads {string.Join(',', Workloads)}";
            if (BareMajority != drawn.BareMajority)
                line += $" --core {(BareMajority ? "majority" : "all")}";
            if (BeyondBudget != drawn.BeyondBudget)
                line += $" --damage {(BeyondBudget ? "beyond" : "within")}";
            return line;
        }
    }
}
