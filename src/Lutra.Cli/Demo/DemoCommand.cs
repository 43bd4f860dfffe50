using System.CommandLine;
using Lutra.Cli.Output;

namespace Lutra.Cli.Demo;

/// <summary>Shows how the consensus works.</summary>
internal static class DemoCommand
{
    private const int TickMillis = 60;

    public static Command Create() => new("demo", "Shows how consensus works") { Election() };

    private static Command Election()
    {
        var nodes = new Option<int>("--nodes") { Description = "How many nodes, from 3 to 9", DefaultValueFactory = _ => 5 };
        var seed = new Option<int?>("--seed") { Description = "The same seed tells the same story [default: drawn]" };
        var speed = new Option<double>("--speed") { Description = "2: twice as fast; 0: without waiting", DefaultValueFactory = _ => 1 };
        var command = new Command("election", "Tells an election while it happens: votes, terms, a leader that is cut off and steps down") { nodes, seed, speed };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(nodes) is < 3 or > 9)
            {
                Failure.Write($"--nodes is {parsed.GetValue(nodes)}, but must be from 3 to 9.");
                return (int)ExitCode.Usage;
            }

            if (parsed.GetValue(speed) is not (>= 0 and <= 1000) and var asked)
            {
                Failure.Write($"--speed is {asked}, but must be from 0 to 1000.");
                return (int)ExitCode.Usage;
            }

            var tick = parsed.GetValue(speed) == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(TickMillis / parsed.GetValue(speed));
            var chosen = parsed.GetValue(seed) ?? Environment.ProcessId;
            Console.Out.WriteLine($"Seed {chosen}: the same with --seed {chosen}");
            await new ElectionDemo(parsed.GetValue(nodes), chosen, Write, () => Task.Delay(tick, cancellationToken)).RunAsync();
            return (int)ExitCode.Ok;
        });
        return command;
    }

    private static void Write(string line)
    {
        var colour = Console.IsOutputRedirected ? ""
            : line.StartsWith("==", StringComparison.Ordinal) ? "\e[1m"
            : line.Contains(": Leader", StringComparison.Ordinal) ? "\e[1;32m"
            : line.Contains("Candidate", StringComparison.Ordinal) ? "\e[33m"
            : line.Contains("(lost)", StringComparison.Ordinal) ? "\e[31m"
            : line.StartsWith("  ", StringComparison.Ordinal) ? "\e[2m"
            : "";
        Console.Out.WriteLine(colour.Length == 0 ? line : $"{colour}{line}\e[0m");
    }
}
