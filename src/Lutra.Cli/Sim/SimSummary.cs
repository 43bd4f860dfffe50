using Lutra.Cli.Output;
using Lutra.Raft;
using Lutra.Simulation.Coverage;
using Lutra.Simulation.Runs;

namespace Lutra.Cli.Sim;

/// <summary>What many runs came to.</summary>
internal sealed class SimSummary
{
    // So many runs that a mark of the class was hit for certain, unless something is wrong with it.
    private const int CommonSeeds = 100;
    private const int RareSeeds = 2000;

    private readonly List<RunReport> failed = [];
    private readonly MarkTally marks = new();
    private readonly SortedDictionary<ulong, ulong> fingerprints = [];

    public int Runs { get; private set; }

    public long Done { get; private set; }

    public long Unknown { get; private set; }

    /// <summary>Histories of clients that were checked.</summary>
    public long Histories { get; private set; }

    /// <summary>Those of them that the checker could not decide.</summary>
    public long Undecided { get; private set; }

    public TimeSpan Virtual { get; private set; }

    /// <summary>Every run held, and of nearly all histories it is known.</summary>
    public bool IsClean => failed.Count == 0 && Undecided <= UndecidedMax;

    // One of a thousand histories may stay undecided, and one in any case.
    private long UndecidedMax => Math.Max(1, Histories / 1000);

    public IReadOnlyList<RunReport> Failed => failed;

    public void Add(RunReport report)
    {
        Runs++;
        Done += report.RequestsDone;
        Unknown += report.RequestsUnknown;
        Virtual += report.Virtual;
        Histories += report.Histories;
        Undecided += report.Undecided;
        marks.Add(report.Marks);
        fingerprints[report.World.Seed] = report.Fingerprint;
        if (report.Violation is null)
            return;
        failed.Add(report);
        Failure.Write($"Seed {report.World.Seed}: {report.Violation}");
        Failure.Hint(report.World.ReproLine);
    }

    /// <summary>A line for each seed: equal in every process, on every machine, as long as the code is.</summary>
    public void WriteFingerprints()
    {
        foreach (var (seed, fingerprint) in fingerprints)
            Console.Out.WriteLine($"{seed} {fingerprint:x16}");
    }

    /// <param name="withMarks">Print how many runs hit each mark, not only which should have been hit.</param>
    public void Write(TimeSpan elapsed, bool withMarks)
    {
        Console.Out.WriteLine(
            $"{Runs} seeds, {failed.Count} failed; {Done} requests done, {Unknown} unknown; {Virtual.TotalMinutes:F1} virtual minutes in {elapsed.TotalSeconds:F1} s ({Virtual / elapsed:F0} times real time)");
        Console.Out.WriteLine($"{Histories} histories checked, {Undecided} undecided");
        if (Undecided > UndecidedMax)
            Failure.Write($"{Undecided} histories could not be decided; of {Histories} at most {UndecidedMax} may be: what cannot be checked is not proven.");
        if (withMarks)
            WriteMarks();
        Console.Out.WriteLine($"{marks.Hit} of {MarkCatalogue.All.Count} marks hit");
        if (Runs >= CommonSeeds)
            WriteMissing(MarkClass.Common);
        if (Runs >= RareSeeds)
            WriteMissing(MarkClass.Rare);
    }

    private void WriteMissing(MarkClass expected)
    {
        foreach (var missing in marks.Missing(expected))
            Console.Out.WriteLine($"  never hit, though {expected.ToString().ToLowerInvariant()}: {missing.Name}");
    }

    private void WriteMarks()
    {
        foreach (var (mark, runs) in marks.All.OrderBy(each => each.Runs))
            Console.Out.WriteLine($"{runs,7} {mark.Mark.Expected,-9} {mark.Name}");
    }
}
