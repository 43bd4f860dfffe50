using Lutra.Cli.Output;
using Lutra.Simulation.Reports;
using Lutra.Simulation.Runs;

namespace Lutra.Cli.Sim;

/// <summary>Writes what failing runs leave to look at: a folder a seed.</summary>
internal static class SimReports
{
    /// <summary>A sitting in which everything fails writes no more than so many.</summary>
    public const int Max = 5;

    /// <param name="world">The one that the report is about; maybe smaller than <paramref name="found"/>.</param>
    public static void Write(string folder, World found, World world)
    {
        var path = Path.Combine(folder, $"seed-{found.Seed}");
        var report = FailureReport.Of(found, world);
        try
        {
            Directory.CreateDirectory(path);
            File.WriteAllText(Path.Combine(path, "report.txt"), report.Text);
            File.WriteAllText(Path.Combine(path, "history.html"), report.Page);
            Failure.Hint($"seed {found.Seed}: {Path.Combine(path, "report.txt")} to read, {Path.Combine(path, "history.html")} to look at");
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            Failure.Write($"The report of seed {found.Seed} could not be written: {refused.Message}");
        }
    }
}
