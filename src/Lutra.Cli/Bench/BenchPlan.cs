namespace Lutra.Cli.Bench;

/// <summary>How a workload is run.</summary>
/// <param name="Connections">How many connections the workers share.</param>
/// <param name="Workers">How many ask at the same time.</param>
/// <param name="Keys">How many keys there are.</param>
/// <param name="Versions">How often each key is written before a workload that reads begins.</param>
/// <param name="ValueBytes">The size of a value.</param>
/// <param name="Watchers">How many watch, in the workload of watches.</param>
/// <param name="Warmup">Runs before anything is counted.</param>
/// <param name="Length">What is counted.</param>
internal sealed record BenchPlan(int Connections, int Workers, int Keys, int Versions, int ValueBytes, int Watchers, TimeSpan Warmup, TimeSpan Length);
