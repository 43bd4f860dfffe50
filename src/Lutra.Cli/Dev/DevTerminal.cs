using System.Text;
using Lutra.Cli.Shell.Editing;

namespace Lutra.Cli.Dev;

/// <summary>
/// On a terminal: the top lines stand still and live, and the shell scrolls below them. Done with the terminal's own scroll region, so that what scrolls away at
/// the top of it costs nothing.
/// </summary>
internal sealed class DevTerminal : IDevScreen, IShellTerminal
{
    private const string SaveCursor = "\e7";
    private const string RestoreCursor = "\e8";

    private readonly Lock gate = new();
    private readonly ConsoleTerminal console = new();
    private int fixedLines;
    private (int Width, int Rows) size;
    private bool isOver;

    public DevTerminal(int nodes)
    {
        fixedLines = nodes + 1;
        size = (Console.WindowWidth, Console.WindowHeight);
        Write($"\e[2J{Region()}\e[{fixedLines + 1};1H");
    }

    public int Width => console.Width;

    /// <summary>Paints what is below the lines that stand still, after the terminal got another size.</summary>
    public Action Repaint { get; set; } = () => { };

    public ConsoleKeyInfo ReadKey() => console.ReadKey();

    public bool HasKey => console.HasKey;

    public void Write(string text)
    {
        lock (gate)
            Console.Out.Write(text);
    }

    public void Clear()
    {
        lock (gate)
            Console.Out.Write($"\e[{fixedLines + 1};1H\e[J");
    }

    public void Show(IReadOnlyList<DevNodeState> states)
    {
        bool isResized;
        lock (gate)
        {
            if (isOver)
                return;
            isResized = size != (Console.WindowWidth, Console.WindowHeight);
            Draw(states, isResized);
        }

        // Not under the lock: whoever paints has one of its own, and writes here.
        if (isResized)
            Repaint();
    }

    private void Draw(IReadOnlyList<DevNodeState> states, bool isResized)
    {
        var drawn = new StringBuilder();
        if (isResized || fixedLines != states.Count + 1)
        {
            // Whoever adds a node has typed that below: the cursor is never on a line that becomes a fixed one.
            drawn.Append(SaveCursor);
            for (var line = states.Count + 2; line <= fixedLines; line++)
                drawn.Append($"\e[{line};1H\e[2K");
            drawn.Append(isResized ? "\e[2J" : "").Append(RestoreCursor);
            size = (Console.WindowWidth, Console.WindowHeight);
            fixedLines = states.Count + 1;
            drawn.Append(Region());
        }

        drawn.Append(SaveCursor);
        var width = Math.Max(20, size.Width);
        for (var at = 0; at < states.Count; at++)
        {
            var text = states[at].ToString();
            drawn.Append($"\e[{at + 1};1H\e[2K{Colour(states[at])}{(text.Length < width ? text : text[..(width - 1)])}\e[0m");
        }

        drawn.Append($"\e[{fixedLines};1H\e[2K\e[2m{new string('─', width - 1)}\e[0m{RestoreCursor}");
        Console.Out.Write(drawn);
    }

    /// <summary>The whole terminal scrolls again; nothing is drawn any more.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            isOver = true;
            Console.Out.Write($"{SaveCursor}\e[r{RestoreCursor}");
        }
    }

    private static string Colour(DevNodeState state) => state.Status?.Role switch
    {
        _ when state.IsCut => "\e[31m",
        NodeRole.Leader => "\e[1;32m",
        NodeRole.Follower => "\e[0m",
        NodeRole.Learner => "\e[36m",
        null => state.Node.IsRunning ? "\e[33m" : "\e[31m",
        _ => "\e[33m",
    };

    // Setting the region moves the cursor, so it is put back.
    private string Region() => $"{SaveCursor}\e[{fixedLines + 1};{Math.Max(size.Rows, fixedLines + 2)}r{RestoreCursor}";
}
