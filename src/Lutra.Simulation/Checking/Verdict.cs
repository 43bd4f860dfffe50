namespace Lutra.Simulation.Checking;

public enum VerdictKind
{
    /// <summary>There is an order in which every answer is right and nothing that ended comes after what began later.</summary>
    Linearizable,

    /// <summary>There is none.</summary>
    NotLinearizable,

    /// <summary>The budget ended first. Never counts as a success.</summary>
    Undecided,
}

/// <param name="Longest">The longest order that was found, as places in the history.</param>
/// <param name="Misfit">Where there is no order: the first operation that fits nowhere behind the longest one, as a place in the history.</param>
public sealed record Verdict(VerdictKind Kind, IReadOnlyList<int> Longest, int? Misfit);
