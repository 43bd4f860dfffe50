using Lutra.Simulation.Cluster;
using Lutra.Simulation.Recording;

namespace Lutra.Simulation.Workloads;

/// <summary>
/// What clients do to a cluster during a run, and what they must never see. The run calls, in this order: <see cref="Begin"/> while the cluster is well; faults
/// come and go; <see cref="Stop"/> once they have ended; <see cref="ReadBack"/> with the nodes that are left, maybe twice; <see cref="Judge"/> last. Everything
/// happens on the run's one thread, in events of its scheduler, and takes every choice from the random numbers that it was given.
/// </summary>
internal interface IWorkload
{
    /// <summary>One word, as `lutra sim` shows it.</summary>
    string Name { get; }

    /// <summary>What must never happen and was seen to, at once; null where nothing was. The run looks often, and ends at the first.</summary>
    string? Violation { get; }

    /// <summary>Nothing is under way any more: each request ended, or its client has given up on it.</summary>
    bool IsQuiet { get; }

    /// <summary>Requests that were answered.</summary>
    long Done { get; }

    /// <summary>Requests of which nobody can say whether they were done.</summary>
    long Unknown { get; }

    /// <summary>Histories that <see cref="Judge"/> has judged.</summary>
    long Histories => 0;

    /// <summary>Those of them of which it could not say within its budget whether they are right.</summary>
    long Undecided => 0;

    /// <summary>The first operation that fits nowhere in the history that <see cref="Judge"/> found wrong; null: none.</summary>
    OperationPlace? Misfit => null;

    /// <summary>In what order the checker got furthest with that history.</summary>
    IReadOnlyList<OperationPlace> Longest => [];

    void Begin();

    /// <summary>
    /// Begins nothing new any more. What is under way may still end, and what must not stay as it is may be undone: the run waits for <see cref="IsQuiet"/>.
    /// </summary>
    void Stop();

    /// <summary>Reads everything back through <paramref name="nodes"/>, which all work now. The run waits until <see cref="IsQuiet"/>.</summary>
    void ReadBack(IReadOnlyList<SimulatedNode> nodes);

    /// <summary>What the whole history shows that must never happen; null where all held. May take long.</summary>
    string? Judge();
}
