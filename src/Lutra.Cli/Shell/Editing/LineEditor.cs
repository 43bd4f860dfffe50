namespace Lutra.Cli.Shell.Editing;

/// <summary>
/// Reads a line from a terminal: moving, deleting, history, completion. What other threads have to say meanwhile appears above the line. Knows no
/// command: the completion is handed in.
/// </summary>
internal sealed class LineEditor
{
    private const int RecentMax = 200;

    private readonly Lock gate = new();
    private readonly IShellTerminal terminal;
    private readonly History history;
    private readonly Func<string, Completion> complete;
    private readonly LineBuffer buffer = new();
    private readonly LinePicture picture;
    private readonly KeyReader keys;

    // Lines of a paste that are still to come, the last of them unfinished.
    private readonly Queue<string> pasted = new();

    // What stands above the line, for terminals that must be painted anew.
    private readonly Queue<string> recent = new();
    private string draft = "";
    private int at;
    private bool editing;

    /// <param name="complete">Given the line up to the cursor.</param>
    public LineEditor(IShellTerminal terminal, History history, Func<string, Completion> complete)
    {
        this.terminal = terminal;
        this.history = history;
        this.complete = complete;
        picture = new LinePicture(terminal);
        keys = new KeyReader(terminal);
    }

    /// <summary>The line; empty where Ctrl+C gave it up; null at Ctrl+D on an empty line.</summary>
    public string? ReadLine(string prompt)
    {
        lock (gate)
        {
            buffer.Set("");
            at = history.Lines.Count;
            editing = true;
            terminal.Write(KeyReader.BracketsOn);
            picture.Begin(prompt);
            if (TakePasted() is { } line)
                return line;
        }

        while (true)
        {
            var key = keys.Read(out var paste);
            if (paste is null && IsTab(key))
            {
                Complete();
                continue;
            }

            lock (gate)
            {
                if (paste is not null)
                {
                    Paste(paste);
                    if (TakePasted() is { } line)
                        return line;
                }
                else if (Apply(key) is { } ended)
                    return End(ended);
                else if (!keys.HasMore)
                    picture.Draw(buffer.Text, buffer.Cursor);
            }
        }
    }

    /// <summary>Forgets the lines of a paste that were not read yet: the user has stopped what they began. From any thread.</summary>
    public void DropPaste()
    {
        lock (gate)
            pasted.Clear();
    }

    /// <summary>A line above the one that is typed; from any thread.</summary>
    public void Show(string line)
    {
        lock (gate)
        {
            Remember(line);
            if (!editing)
            {
                terminal.Write(line + "\n");
                return;
            }

            picture.Erase();
            terminal.Write(line + "\n");
            picture.Draw(buffer.Text, buffer.Cursor);
        }
    }

    private string? End(Ending ended)
    {
        editing = false;
        buffer.End();
        Remember(picture.End(buffer.Text, ended == Ending.GivenUp ? "^C" : ""));
        terminal.Write(KeyReader.BracketsOff);
        if (ended == Ending.Input)
            return null;
        if (ended == Ending.GivenUp)
            return "";
        var line = buffer.Text;
        history.Add(line);
        return line;
    }

    /// <summary>What was pasted is text: an end of a line ends the line, a tab is a tab, and other control characters are not there.</summary>
    private void Paste(string text)
    {
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
            pasted.Enqueue(string.Concat(line.Where(letter => letter == '\t' || !char.IsControl(letter))));
    }

    /// <summary>The next whole line of a paste; its last line stays in the buffer, to be edited: null.</summary>
    private string? TakePasted()
    {
        if (!pasted.TryDequeue(out var line))
            return null;
        buffer.Insert(line);
        if (pasted.Count > 0)
            return End(Ending.Line);
        picture.Draw(buffer.Text, buffer.Cursor);
        return null;
    }

    /// <summary>The terminal's part that is the shell's holds nothing that counts any more: what was said last is written again. From any thread.</summary>
    public void Repaint()
    {
        lock (gate)
        {
            terminal.Clear();
            foreach (var line in recent)
                terminal.Write(line + "\n");
            picture.Forget();
            if (editing)
                picture.Draw(buffer.Text, buffer.Cursor);
        }
    }

    private void Remember(string line)
    {
        if (recent.Count == RecentMax)
            recent.Dequeue();
        recent.Enqueue(line);
    }

    // Whoever completes may ask the cluster: other lines can be shown meanwhile.
    private void Complete()
    {
        string before;
        lock (gate)
            before = buffer.BeforeCursor;
        var found = complete(before);
        lock (gate)
        {
            if (found.Words.Count == 1)
                buffer.ReplaceBeforeCursor(found.Start, found.Words[0] + " ");
            else if (found.Words.Count > 1 && found.Common.Length > before.Length - found.Start)
                buffer.ReplaceBeforeCursor(found.Start, found.Common);
            else if (found.Words.Count > 1)
                ShowWords(found.Words);
            picture.Draw(buffer.Text, buffer.Cursor);
        }
    }

    private void ShowWords(IReadOnlyList<string> words)
    {
        const int Most = 60;
        var width = Math.Min(words.Max(LinePicture.Cells) + 2, terminal.Width);
        var columns = Math.Max(1, (terminal.Width - 1) / width);
        picture.Erase();
        foreach (var row in words.Take(Most).Chunk(columns))
            terminal.Write(string.Concat(row.Select(word => word + new string(' ', Math.Max(0, width - LinePicture.Cells(word))))).TrimEnd() + "\n");
        if (words.Count > Most)
            terminal.Write($"and {words.Count - Most} more\n");
    }

    private Ending? Apply(ConsoleKeyInfo key)
    {
        if (IsEnter(key))
            return Ending.Line;
        if (key.Modifiers.HasFlag(ConsoleModifiers.Control))
            return ApplyControl(key);
        if (key.Modifiers.HasFlag(ConsoleModifiers.Alt) && ApplyAlt(key))
            return null;
        switch (key.Key)
        {
            case ConsoleKey.Backspace: buffer.Backspace(); break;
            case ConsoleKey.Delete: buffer.Delete(); break;
            case ConsoleKey.LeftArrow: buffer.Left(); break;
            case ConsoleKey.RightArrow: buffer.Right(); break;
            case ConsoleKey.Home: buffer.Home(); break;
            case ConsoleKey.End: buffer.End(); break;
            case ConsoleKey.UpArrow: Recall(at - 1); break;
            case ConsoleKey.DownArrow: Recall(at + 1); break;
            default:
                if (!char.IsControl(key.KeyChar))
                    buffer.Insert(key.KeyChar.ToString());
                break;
        }

        return null;
    }

    private Ending? ApplyControl(ConsoleKeyInfo key)
    {
        switch (key.Key)
        {
            case ConsoleKey.C: return Ending.GivenUp;
            case ConsoleKey.D when buffer.IsEmpty: return Ending.Input;
            case ConsoleKey.D: buffer.Delete(); break;
            case ConsoleKey.A: buffer.Home(); break;
            case ConsoleKey.E: buffer.End(); break;
            case ConsoleKey.B: buffer.Left(); break;
            case ConsoleKey.F: buffer.Right(); break;
            case ConsoleKey.H or ConsoleKey.Backspace: buffer.Backspace(); break;
            case ConsoleKey.K: buffer.DeleteToEnd(); break;
            case ConsoleKey.U: buffer.DeleteToStart(); break;
            case ConsoleKey.W: buffer.DeleteWord(); break;
            case ConsoleKey.P: Recall(at - 1); break;
            case ConsoleKey.N: Recall(at + 1); break;
            case ConsoleKey.LeftArrow: buffer.WordLeft(); break;
            case ConsoleKey.RightArrow: buffer.WordRight(); break;
            case ConsoleKey.L:
                terminal.Clear();
                recent.Clear();
                picture.Forget();
                break;
        }

        return null;
    }

    private bool ApplyAlt(ConsoleKeyInfo key)
    {
        switch (key.Key)
        {
            case ConsoleKey.B or ConsoleKey.LeftArrow: buffer.WordLeft(); return true;
            case ConsoleKey.F or ConsoleKey.RightArrow: buffer.WordRight(); return true;
            case ConsoleKey.Backspace: buffer.DeleteWord(); return true;
            default: return false;
        }
    }

    private void Recall(int wanted)
    {
        if (wanted < 0 || wanted > history.Lines.Count)
            return;
        if (at == history.Lines.Count)
            draft = buffer.Text;
        at = wanted;
        buffer.Set(at == history.Lines.Count ? draft : history.Lines[at]);
    }

    // Lines that were pasted while a command ran come with \n, others with \r.
    private static bool IsEnter(ConsoleKeyInfo key) => key.Key == ConsoleKey.Enter || key.KeyChar is '\r' or '\n';

    private static bool IsTab(ConsoleKeyInfo key) => key.Key == ConsoleKey.Tab || key.KeyChar == '\t';

    private enum Ending
    {
        Line,
        GivenUp,
        Input,
    }
}
