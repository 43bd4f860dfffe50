using System.CommandLine;
using Lutra.Cli.Demo.Live;
using Lutra.Cli.Demo.Picture;
using Lutra.Cli.Output;

namespace Lutra.Cli.Demo;

/// <summary>Shows how the consensus works.</summary>
internal static class DemoCommand
{
    private const int TickMillis = 60;

    public static Command Create() => new("demo", "Shows how consensus works: lutra demo election is a live picture of one") { Election() };

    private static Command Election()
    {
        var nodes = new Option<int>("--nodes") { Description = "How many nodes, from 3 to 9", DefaultValueFactory = _ => 5 };
        var seed = new Option<int?>("--seed") { Description = "The same seed draws the same timers and tells the same story [default: drawn]" };
        var story = new Option<bool>("--story") { Description = "Tell it as text, which ends by itself [default: where there is no terminal]" };
        var speed = new Option<double>("--speed") { Description = "Of the story. 2: twice as fast; 0: without waiting", DefaultValueFactory = _ => 1 };
        var command = new Command("election", "A live picture of an election: votes, terms, logs; kill, cut and revive nodes by single keys. In a pipe: a story")
        {
            nodes, seed, story, speed,
        };
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

            var chosen = parsed.GetValue(seed) ?? Environment.ProcessId;
            return LiveTerminal.Exists && !parsed.GetValue(story)
                ? await PlayAsync(parsed.GetValue(nodes), chosen, cancellationToken)
                : await TellAsync(parsed.GetValue(nodes), chosen, parsed.GetValue(speed), cancellationToken);
        });
        return command;
    }

    private static async Task<int> PlayAsync(int nodes, int seed, CancellationToken cancellationToken)
    {
        if (!ElectionPicture.Fits(Console.WindowWidth, Console.WindowHeight))
        {
            Failure.Write(
                $"The picture needs {ElectionPicture.WidthMin} columns and {ElectionPicture.HeightMin} rows; this terminal has {Console.WindowWidth} and {Console.WindowHeight}.");
            Failure.Hint("Make it larger, or have it told as text: lutra demo election --story");
            return (int)ExitCode.Error;
        }

        await LiveTerminal.ShowAsync(new LiveElection(nodes, seed), cancellationToken);
        return (int)ExitCode.Ok;
    }

    private static async Task<int> TellAsync(int nodes, int seed, double speed, CancellationToken cancellationToken)
    {
        var tick = speed == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(TickMillis / speed);
        Console.Out.WriteLine($"Seed {seed}: the same with --seed {seed}");
        await new ElectionDemo(nodes, seed, Write, () => Task.Delay(tick, cancellationToken)).RunAsync();
        return (int)ExitCode.Ok;
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
