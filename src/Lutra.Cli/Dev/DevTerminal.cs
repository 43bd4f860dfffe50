using System.Text;

namespace Lutra.Cli.Dev;

/// <summary>
/// On a terminal: the top lines stand still and live, everything else scrolls below them. Done with the terminal's own scroll region, so that
/// what scrolls away at the bottom stays in its history.
/// </summary>
internal sealed class DevTerminal : IDevScreen
{
    private const string SaveCursor = "\e7";
    private const string RestoreCursor = "\e8";

    private readonly Lock gate = new();
    private readonly int fixedLines;
    private int rows;

    public DevTerminal(int nodes)
    {
        fixedLines = nodes + 1;
        lock (gate)
        {
            rows = Console.WindowHeight;
            Console.Out.Write($"\e[2J{Region()}\e[{fixedLines + 1};1H");
        }
    }

    public void Show(string line)
    {
        lock (gate)
            Console.Out.WriteLine(line);
    }

    public void Show(IReadOnlyList<DevNodeState> states)
    {
        lock (gate)
        {
            var drawn = new StringBuilder(SaveCursor);
            if (rows != Console.WindowHeight)
            {
                rows = Console.WindowHeight;
                drawn.Append(Region());
            }

            var width = Math.Max(20, Console.WindowWidth);
            for (var at = 0; at < states.Count; at++)
            {
                var text = states[at].ToString();
                drawn.Append($"\e[{at + 1};1H\e[2K{Colour(states[at])}{(text.Length < width ? text : text[..(width - 1)])}\e[0m");
            }

            drawn.Append($"\e[{fixedLines};1H\e[2K\e[2m{new string('─', width - 1)}\e[0m{RestoreCursor}");
            Console.Out.Write(drawn);
        }
    }

    public string? ReadLine()
    {
        lock (gate)
            Console.Out.Write("> ");
        return Console.In.ReadLine();
    }

    public void Dispose()
    {
        lock (gate)
            Console.Out.Write($"{SaveCursor}\e[r{RestoreCursor}");
    }

    private static string Colour(DevNodeState state) => state.Status?.Role switch
    {
        NodeRole.Leader => "\e[1;32m",
        NodeRole.Follower or NodeRole.Learner => "\e[0m",
        null => state.Node.IsRunning ? "\e[33m" : "\e[31m",
        _ => "\e[33m",
    };

    // Setting the region moves the cursor, so it is put back.
    private string Region() => $"{SaveCursor}\e[{fixedLines + 1};{Math.Max(rows, fixedLines + 2)}r{RestoreCursor}";
}
