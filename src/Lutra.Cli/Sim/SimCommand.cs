using System.CommandLine;
using System.Diagnostics;
using Lutra.Cli.Output;
using Lutra.Simulation.Runs;
using Spectre.Console;

namespace Lutra.Cli.Sim;

/// <summary>Runs whole clusters under faults on virtual time, a seed each, and says which seed showed a bug.</summary>
internal static class SimCommand
{
    public static Command Create()
    {
        var seeds = new Option<int>("--seeds") { Description = "How many seeds to run", DefaultValueFactory = _ => 20 };
        var seed = new Option<long?>("--seed") { Description = "Run this one alone: repeats a run exactly" };
        var first = new Option<long>("--first") { Description = "The first of the seeds", DefaultValueFactory = _ => 1 };
        var seconds = new Option<int>("--seconds") { Description = "How long faults go on, in seconds of virtual time", DefaultValueFactory = _ => 20 };
        var command = new Command("sim", "Runs whole clusters in a simulator, under kills, power cuts, partitions and slow links") { seeds, seed, first, seconds };
        command.SetAction((parsed, cancellationToken) =>
        {
            var count = parsed.GetValue(seed) is null ? parsed.GetValue(seeds) : 1;
            var begin = parsed.GetValue(seed) ?? parsed.GetValue(first);
            if (count < 1 || begin < 0 || parsed.GetValue(seconds) < 1)
            {
                Failure.Write("--seeds and --seconds must be at least 1, and seeds at least 0.");
                return Task.FromResult((int)ExitCode.Usage);
            }

            return Task.FromResult((int)Run((ulong)begin, count, TimeSpan.FromSeconds(parsed.GetValue(seconds)), cancellationToken));
        });
        return command;
    }

    private static ExitCode Run(ulong first, int count, TimeSpan faultsFor, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var summary = new SimSummary();
        if (Console.IsOutputRedirected)
        {
            RunAll(first, count, faultsFor, summary, _ => { }, cancellationToken);
        }
        else
        {
            AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()).Start(progress =>
            {
                var task = progress.AddTask($"{count} seeds", maxValue: count);
                RunAll(first, count, faultsFor, summary, _ => task.Increment(1), cancellationToken);
            });
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        foreach (var failed in summary.Failed)
        {
            Failure.Write(failed.Violation!);
            Failure.Hint($"lutra sim --seed {failed.Seed} --seconds {(int)faultsFor.TotalSeconds}");
        }

        Console.Out.WriteLine(
            $"{summary.Runs} seeds, {summary.Failed.Count} failed; {summary.Done} requests done, {summary.Unknown} unknown; {summary.Virtual.TotalMinutes:F1} virtual minutes in {elapsed.TotalSeconds:F1} s ({summary.Virtual / elapsed:F0} times real time)");
        return summary.Failed.Count == 0 ? ExitCode.Ok : ExitCode.Error;
    }

    private static void RunAll(ulong first, int count, TimeSpan faultsFor, SimSummary summary, Action<RunReport> ended, CancellationToken cancellationToken)
    {
        for (var at = 0; at < count && !cancellationToken.IsCancellationRequested; at++)
        {
            var report = SimulationRun.Run(first + (ulong)at, faultsFor);
            summary.Add(report);
            ended(report);
        }
    }
}
