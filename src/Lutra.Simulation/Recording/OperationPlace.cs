namespace Lutra.Simulation.Recording;

/// <summary>Names one operation of a history: a client has one under way at a time.</summary>
internal readonly record struct OperationPlace(string Client, TimeSpan Invoked);
