using Lutra.Raft;
using Lutra.Simulation.Cluster;

namespace Lutra.Simulation.Runs;

/// <summary>What came of one run.</summary>
/// <param name="Violation">What must never happen and did; null where all held.</param>
/// <param name="Virtual">Virtual time that passed.</param>
/// <param name="Fingerprint">Of every disk at the end, of all that was done, and of the number of events: two runs of one seed agree on it.</param>
/// <param name="Timeline">What was done to the cluster, in order.</param>
/// <param name="Told">The logs of the nodes, each in its order.</param>
/// <param name="Marks">The rare places in the code that were reached; empty unless the process counts them.</param>
public sealed record RunReport(
    World World, string? Violation, long RequestsDone, long RequestsUnknown, TimeSpan Virtual, ulong Fingerprint, IReadOnlyList<TimelineEntry> Timeline,
    IReadOnlyList<TimelineEntry> Told, MarkSheet Marks)
{
    /// <summary>Histories of clients that were checked.</summary>
    public long Histories { get; init; }

    /// <summary>Those of them of which the checker could not say within its budget whether they are right: no success.</summary>
    public long Undecided { get; init; }
}
