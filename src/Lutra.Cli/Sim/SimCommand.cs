using System.CommandLine;
using System.Diagnostics;
using Lutra.Cli.Output;
using Lutra.Simulation.Coverage;
using Lutra.Simulation.Runs;
using Spectre.Console;

namespace Lutra.Cli.Sim;

/// <summary>Runs whole clusters under faults on virtual time, a seed each, and says which seed showed a bug.</summary>
internal static class SimCommand
{
    public static Command Create()
    {
        var options = new SimOptions();
        var command = new Command("sim", "Runs whole clusters in a simulator, under kills, power cuts, broken disks and networks, and checks what they promise");
        options.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            if (options.Read(parsed, out var plan) is { } wrong)
            {
                Failure.Write(wrong);
                return Task.FromResult((int)ExitCode.Usage);
            }

            return Task.FromResult((int)Run(plan, cancellationToken));
        });
        return command;
    }

    private static ExitCode Run(SimPlan plan, CancellationToken cancellationToken)
    {
        MarkCatalogue.TurnOn();
        var started = Stopwatch.GetTimestamp();
        var summary = new SimSummary();
        if (Console.IsOutputRedirected)
        {
            RunAll(plan, summary, () => { }, cancellationToken);
        }
        else
        {
            AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()).Start(progress =>
            {
                var task = progress.AddTask($"{plan.Count} seeds", maxValue: plan.Count);
                RunAll(plan, summary, () => task.Increment(1), cancellationToken);
            });
        }

        var smallest = plan.MinimiseRuns > 0 ? Minimise(summary, plan.MinimiseRuns, cancellationToken) : null;
        if (plan.ReportFolder is { } folder && !cancellationToken.IsCancellationRequested)
        {
            foreach (var (failed, at) in summary.Failed.Take(SimReports.Max).Select((failed, at) => (failed, at)))
                SimReports.Write(folder, failed.World, at == 0 && smallest is not null ? smallest : failed.World);
        }

        if (plan.WithFingerprints)
            summary.WriteFingerprints();
        summary.Write(Stopwatch.GetElapsedTime(started), plan.WithMarks);
        return summary.IsClean ? ExitCode.Ok : ExitCode.Error;
    }

    // The first failure is enough to begin with. Null: there was none.
    private static World? Minimise(SimSummary summary, int runsMax, CancellationToken cancellationToken)
    {
        if (summary.Failed.Count == 0 || cancellationToken.IsCancellationRequested)
            return null;
        var failed = summary.Failed[0];
        var minimiser = new Minimiser(world => cancellationToken.IsCancellationRequested ? null : SimulationRun.Run(world).Violation, runsMax);
        var smaller = minimiser.Minimise(failed.World, failed.Violation!);
        if (smaller != failed.World)
            Failure.Hint($"seed {failed.World.Seed} fails alike in a smaller world: {smaller.ReproLine}");
        return smaller;
    }

    // Both are sorted by time; what was done comes before what a node says of it.
    private static void WriteTrace(RunReport report)
    {
        foreach (var entry in report.Timeline.Concat(report.Told).OrderBy(entry => entry.At))
            Console.Out.WriteLine(entry);
    }

    private static void RunAll(SimPlan plan, SimSummary summary, Action ended, CancellationToken cancellationToken)
    {
        var next = -1;
        var failed = false;
        void RunSome()
        {
            for (var at = Interlocked.Increment(ref next); at < plan.Count && !cancellationToken.IsCancellationRequested && !(plan.StopsAtFailure && Volatile.Read(ref failed)); at = Interlocked.Increment(ref next))
            {
                var report = SimulationRun.Run(plan.WorldOf(plan.First + (ulong)at));
                lock (summary)
                {
                    if (plan.IsTraced)
                        WriteTrace(report);
                    summary.Add(report);
                    failed |= report.Violation is not null;
                    ended();
                }
            }
        }

        // A run is one thread's alone; the threads share nothing but the counter.
        var threads = Enumerable.Range(0, Math.Min(plan.Jobs, plan.Count)).Select(_ => new Thread(RunSome)).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
    }
}
