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

    /// <param name="faultsFor">How long faults come; null: drawn, from 10 to 60 s.</param>
    public static World Draw(ulong seed, TimeSpan? faultsFor = null)
    {
        var random = new Random(StreamSeed.For(seed, "world"));
        var calm = random.Chance(NoFaults);
        var length = TimeSpan.FromSeconds(random.Next(10, 61));
        var drawnVoters = random.OneOf(voters);
        var clients = (int)Math.Round(random.LogUniform(1, 16));
        var bare = random.Next(2) == 0;
        var beyond = random.Chance(Beyond);
        var faults = FaultCatalogue.Names.Where(_ => !random.Chance(FaultOff) && !calm).ToImmutableArray();
        return new World(seed, drawnVoters, clients, faultsFor ?? length, faults, DrawWorkloads(random), bare, beyond);
    }

    private static ImmutableArray<string> DrawWorkloads(Random random)
    {
        var names = WorkloadMix.Names;
        var drawn = names.Where(_ => random.Next(2) == 0).ToImmutableArray();
        return drawn.IsEmpty ? [random.OneOf(names)] : drawn;
    }
}
