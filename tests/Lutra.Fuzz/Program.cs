using System.Diagnostics;
using System.Globalization;

namespace Lutra.Fuzz;

/// <summary>The test runner's entry, and one more: <c>dotnet run -- hunt</c> fuzzes for as long as it is told to.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) =>
        args is ["hunt", .. var rest] ? Task.FromResult(RunHunt(rest)) : Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);

    private static int RunHunt(string[] args)
    {
        if (HuntOptions.Parse(args) is not { } options)
        {
            Console.Error.WriteLine("hunt [--inputs 1000000] [--jobs 2] [--seed N] [--target NAME] [--into FOLDER]");
            Console.Error.WriteLine($"Targets: {string.Join(", ", FuzzTargets.Names)}.");
            return 2;
        }

        // Each job takes pieces of all targets in turn: the first minutes see all of them.
        var started = Stopwatch.GetTimestamp();
        var plan = new HuntPlan(options);
        using var hang = new HangWatch(() => plan.Hunts, options.Folder);
        var jobs = Enumerable.Range(0, options.Jobs).Select(_ => new Thread(plan.Work)).ToArray();
        foreach (var job in jobs)
            job.Start();
        while (!Array.TrueForAll(jobs, job => job.Join(TimeSpan.FromSeconds(1))))
            Show(plan, Stopwatch.GetElapsedTime(started));
        Show(plan, Stopwatch.GetElapsedTime(started));
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{plan.Done} inputs, {plan.Findings.Count} findings, {Stopwatch.GetElapsedTime(started).TotalSeconds:F0} s, seed {options.Seed}"));
        return plan.Findings.Count == 0 ? 0 : 1;
    }

    private static void Show(HuntPlan plan, TimeSpan elapsed)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{plan.Done,12} of {plan.Planned} inputs, {plan.Done / Math.Max(1, elapsed.TotalSeconds),8:F0} a second, {plan.Findings.Count} findings");
        if (!Console.IsOutputRedirected)
            Console.Write($"\r{line} ");
        else if ((int)elapsed.TotalSeconds % 60 == 0)
            Console.WriteLine(line);
    }
}
