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
        if (report.Violation is not null)
            failed.Add(report);
    }
}
