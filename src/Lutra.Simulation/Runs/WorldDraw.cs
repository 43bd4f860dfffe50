using System.Collections.Immutable;
using Lutra.Simulation.Runs.Faults;
using Lutra.Simulation.Scheduling;
using Lutra.Simulation.Workloads;

namespace Lutra.Simulation.Runs;

/// <summary>Draws a world from its seed: each kind of fault is on or off, so that they do not hide each other (swarm testing).</summary>
public static class WorldDraw
{
    private const double FaultOff = 0.4;
    private const double NoFaults = 0.05;
    private const double Beyond = 0.1;
    private static readonly int[] voters = [1, 2, 3, 3, 3, 3, 3, 5, 5, 7];

    /// <summary>Every name that <see cref="World.Faults"/> may hold.</summary>
    public static ImmutableArray<string> FaultNames => [.. FaultCatalogue.Names];

    /// <summary>Every name that <see cref="World.Workloads"/> may hold.</summary>
    public static ImmutableArray<string> WorkloadNames => [.. WorkloadMix.Names];

    /// <summary>Every name that <see cref="World.Area"/> may hold.</summary>
    public static ImmutableArray<string> AreaNames => [.. Runs.Area.Names];

    /// <param name="faultsFor">How long faults come; null: drawn, from 10 to 60 s.</param>
    /// <param name="area">At what the world is aimed.</param>
    public static World Draw(ulong seed, TimeSpan? faultsFor = null, string area = "all")
    {
        var aim = Area.Of(area);
        var random = new Random(StreamSeed.For(seed, "world"));
        var calm = random.Chance(NoFaults);
        var length = TimeSpan.FromSeconds(random.Next(10, 61));
        var drawnVoters = random.OneOf(voters);
        var drawnClients = (int)Math.Round(random.LogUniform(1, 16));
        var bare = random.Next(2) == 0;
        var beyond = random.Chance(Beyond);
        var (size, clients) = aim.Size(drawnVoters, drawnClients, random);
        // Each name has a draw of its own, so that a new fault or workload changes no other.
        var faults = FaultCatalogue.Names.Where(name => !calm && !DrawFor(seed, name).Chance(aim.OffOf(name) ?? FaultOff)).ToImmutableArray();
        var workloads = WorkloadMix.Names.Where(name => DrawFor(seed, name).Chance(WorkloadMix.On(name))).ToImmutableArray();
        return new World(
            seed, size, clients, faultsFor ?? length, faults, workloads.IsEmpty ? [random.OneOf(WorkloadMix.Names)] : workloads, bare, beyond)
        {
            Area = area,
        };
    }

    /// <summary>How many machines stand by in the seed's worlds where members change.</summary>
    internal static int StandbyOf(ulong seed) => DrawFor(seed, "standby").Next(1, 4);

    private static Random DrawFor(ulong seed, string name) => new(StreamSeed.For(seed, $"world: {name}"));
}
