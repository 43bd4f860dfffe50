using Lutra.Cli.Output;
using Lutra.Simulation.Runs;

namespace Lutra.Cli.Sim;

/// <summary>What many runs came to.</summary>
internal sealed class SimSummary
{
    private readonly List<RunReport> failed = [];

    public int Runs { get; private set; }

    public long Done { get; private set; }

    public long Unknown { get; private set; }

    public TimeSpan Virtual { get; private set; }

    public IReadOnlyList<RunReport> Failed => failed;

    public void Add(RunReport report)
    {
        Runs++;
        Done += report.RequestsDone;
        Unknown += report.RequestsUnknown;
        Virtual += report.Virtual;
        if (report.Violation is null)
            return;
        failed.Add(report);
        Failure.Write($"Seed {report.World.Seed}: {report.Violation}");
        Failure.Hint(report.World.ReproLine);
    }

    public void Write(TimeSpan elapsed) => Console.Out.WriteLine(
        $"{Runs} seeds, {failed.Count} failed; {Done} requests done, {Unknown} unknown; {Virtual.TotalMinutes:F1} virtual minutes in {elapsed.TotalSeconds:F1} s ({Virtual / elapsed:F0} times real time)");
}
