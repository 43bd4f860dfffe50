namespace Lutra.Simulation.Recording;

/// <summary>What a node was from one time on, until the next spell of the same node.</summary>
/// <param name="What">Down, paused, starting, or its role.</param>
/// <param name="Term">0 where it has none.</param>
internal sealed record NodeSpell(TimeSpan From, string Node, string What, ulong Term);
