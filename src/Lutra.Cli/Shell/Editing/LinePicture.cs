using System.Globalization;
using System.Text;
using Spectre.Console.Rendering;

namespace Lutra.Cli.Shell.Editing;

/// <summary>The prompt and the line as they stand on the terminal, over as many rows as they need.</summary>
internal sealed class LinePicture(IShellTerminal terminal)
{
    private string prompt = "";
    private int cursorRow;

    /// <summary>How many columns a text takes.</summary>
    public static int Cells(string text) => new Segment(text).CellCount();

    public void Begin(string asked)
    {
        prompt = asked;
        cursorRow = 0;
        terminal.Write(prompt);
    }

    public void Draw(string line, int cursor)
    {
        // A control character that was recalled or pasted must not act on the terminal.
        var shown = Visible(line);
        var drawn = new StringBuilder(ToStart());
        drawn.Append("\e[J").Append(prompt).Append(shown);
        var (row, column) = Position(prompt + shown);
        if (column == 0 && row > 0)
            drawn.Append(" \r"); // The terminal waits at the right edge until something follows.
        var (wantedRow, wantedColumn) = Position(prompt + Visible(line[..cursor]));
        if (row > wantedRow)
            drawn.Append(CultureInfo.InvariantCulture, $"\e[{row - wantedRow}A");
        drawn.Append('\r');
        if (wantedColumn > 0)
            drawn.Append(CultureInfo.InvariantCulture, $"\e[{wantedColumn}C");
        cursorRow = wantedRow;
        terminal.Write(drawn.ToString());
    }

    /// <summary>The line is whole: what comes next begins below it. Returns what stands there.</summary>
    public string End(string line, string mark)
    {
        Draw(line, line.Length);
        terminal.Write(mark + "\n");
        cursorRow = 0;
        return prompt + Visible(line) + mark;
    }

    public void Erase()
    {
        terminal.Write(ToStart() + "\e[J");
        cursorRow = 0;
    }

    /// <summary>The terminal was cleared.</summary>
    public void Forget() => cursorRow = 0;

    private string ToStart() => cursorRow > 0 ? $"\e[{cursorRow}A\r" : "\r";

    private static string Visible(string line) => line.Any(char.IsControl) ? string.Concat(line.Select(letter => char.IsControl(letter) ? '·' : letter)) : line;

    private (int Row, int Column) Position(string text)
    {
        var cells = Cells(text);
        return (cells / terminal.Width, cells % terminal.Width);
    }
}
