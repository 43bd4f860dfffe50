using System.Text;
using Lutra.Cli.Shell.Editing;

namespace Lutra.Cli.Tests.Shell;

/// <summary>A terminal whose keys are a script, and whose screen can be read: enough of ANSI for what the editor writes.</summary>
internal sealed class ScriptedTerminal(int width, IEnumerable<ConsoleKeyInfo> keys) : IShellTerminal
{
    private readonly Queue<ConsoleKeyInfo> keys = new(keys);
    private readonly List<StringBuilder> rows = [new()];
    private int row;
    private int column;

    public int Width => width;

    /// <summary>The rows, without blanks at their ends.</summary>
    public string[] Screen => [.. rows.Select(each => each.ToString().TrimEnd())];

    /// <summary>Runs out: Ctrl+D, as often as asked.</summary>
    public ConsoleKeyInfo ReadKey() => keys.TryDequeue(out var key) ? key : Keys.Control('D');

    public bool HasKey => keys.Count > 0;

    public void Clear()
    {
        rows.Clear();
        (row, column) = (0, 0);
    }

    public void Write(string text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '\e' when text.AsSpan(at).StartsWith("\e[?2004"):
                    at += "\e[?2004".Length;
                    break;
                case '\e' when text[at + 1] == '[':
                    var end = at + 2;
                    while (char.IsAsciiDigit(text[end]))
                        end++;
                    Sequence(text[end], end == at + 2 ? 1 : int.Parse(text.AsSpan(at + 2, end - at - 2)));
                    at = end;
                    break;
                case '\n':
                    row++;
                    column = 0;
                    break;
                case '\r':
                    column = 0;
                    break;
                default:
                    Put(text[at]);
                    break;
            }
        }
    }

    private void Put(char letter)
    {
        if (column == width)
        {
            row++;
            column = 0;
        }

        var line = Row();
        while (line.Length <= column)
            line.Append(' ');
        line[column++] = letter;
    }

    private void Sequence(char kind, int count)
    {
        switch (kind)
        {
            case 'A':
                row -= count;
                break;
            case 'C':
                column += count;
                break;
            case 'J':
                Row().Length = Math.Min(Row().Length, column);
                rows.RemoveRange(row + 1, rows.Count - row - 1);
                break;
            case 'm':
                break;
            default:
                throw new InvalidOperationException($"The scripted terminal knows no sequence {kind}.");
        }
    }

    private StringBuilder Row()
    {
        while (rows.Count <= row)
            rows.Add(new StringBuilder());
        return rows[row];
    }
}
