using System.Globalization;
using System.Text;

namespace Lutra.Cli.Shell.Editing;

/// <summary>The line under the cursor. Moves by what a person sees as one character, and never into the middle of one.</summary>
internal sealed class LineBuffer
{
    /// <summary>A line longer than this is no command that anybody typed, and takes no more characters.</summary>
    public const int LengthMax = 4 * 1024 * 1024;

    private readonly StringBuilder text = new();

    /// <summary>Where the cursor is, in UTF-16 units from the start.</summary>
    public int Cursor { get; private set; }

    public string Text => text.ToString();

    public string BeforeCursor => text.ToString(0, Cursor);

    public bool IsEmpty => text.Length == 0;

    public void Insert(string added)
    {
        if (text.Length + added.Length > LengthMax)
            return;
        text.Insert(Cursor, added);
        Cursor += added.Length;
    }

    public void Set(string line)
    {
        text.Clear();
        text.Append(line);
        Cursor = text.Length;
    }

    public void Left() => Cursor = Previous();

    public void Right() => Cursor = Next();

    public void Home() => Cursor = 0;

    public void End() => Cursor = text.Length;

    public void WordLeft() => Cursor = WordStart();

    public void WordRight()
    {
        while (Cursor < text.Length && char.IsWhiteSpace(text[Cursor]))
            Cursor = Next();
        while (Cursor < text.Length && !char.IsWhiteSpace(text[Cursor]))
            Cursor = Next();
    }

    public void Backspace() => RemoveFrom(Previous());

    public void Delete() => text.Remove(Cursor, Next() - Cursor);

    public void DeleteToEnd() => text.Length = Cursor;

    public void DeleteToStart() => RemoveFrom(0);

    public void DeleteWord() => RemoveFrom(WordStart());

    /// <summary>Puts <paramref name="replacement"/> in the place of what stands between <paramref name="start"/> and the cursor.</summary>
    public void ReplaceBeforeCursor(int start, string replacement)
    {
        RemoveFrom(start);
        Insert(replacement);
    }

    private void RemoveFrom(int start)
    {
        text.Remove(start, Cursor - start);
        Cursor = start;
    }

    private int WordStart()
    {
        var at = Cursor;
        while (at > 0 && char.IsWhiteSpace(text[at - 1]))
            at--;
        while (at > 0 && !char.IsWhiteSpace(text[at - 1]))
            at--;
        return at;
    }

    private int Next() => Cursor == text.Length ? Cursor : Cursor + StringInfo.GetNextTextElementLength(Text.AsSpan(Cursor));

    private int Previous()
    {
        var line = Text;
        var start = 0;
        for (var at = 0; at < Cursor; at += StringInfo.GetNextTextElementLength(line.AsSpan(at)))
            start = at;
        return start;
    }
}
