using System.Text;

namespace Lutra.Cli.Shell.Editing;

/// <summary>
/// Keys one by one, and a paste as a whole: the terminal brackets it (<c>ESC [ 200 ~</c> and <c>ESC [ 201 ~</c>), so what was pasted is never taken for keys.
/// </summary>
internal sealed class KeyReader(IShellTerminal terminal)
{
    /// <summary>Written to the terminal: brackets are wanted from now on, or no more.</summary>
    public const string BracketsOn = "\e[?2004h";
    public const string BracketsOff = "\e[?2004l";

    private const string PasteBegins = "[200~";
    private const string PasteEnds = "\e[201~";

    private readonly Queue<ConsoleKeyInfo> unread = new();

    /// <summary>Another key is there already.</summary>
    public bool HasMore => unread.Count > 0 || terminal.HasKey;

    /// <summary>Waits for a key; where a paste begins, for all of it, and <paramref name="pasted"/> is its text.</summary>
    public ConsoleKeyInfo Read(out string? pasted)
    {
        pasted = null;
        var key = Next();
        if (key.KeyChar != '\e' || !Follows(PasteBegins))
            return key;
        pasted = Paste();
        return key;
    }

    private ConsoleKeyInfo Next() => unread.TryDequeue(out var key) ? key : terminal.ReadKey();

    /// <summary>Takes the keys of a sequence away if they are there; where others are, they stay.</summary>
    private bool Follows(string sequence)
    {
        var taken = new List<ConsoleKeyInfo>();
        while (taken.Count < sequence.Length && HasMore)
        {
            taken.Add(Next());
            if (taken[^1].KeyChar != sequence[taken.Count - 1])
                break;
        }

        if (taken.Count == sequence.Length && taken[^1].KeyChar == sequence[^1])
            return true;
        var later = unread.ToArray();
        unread.Clear();
        foreach (var key in taken.Concat(later))
            unread.Enqueue(key);
        return false;
    }

    /// <summary>Up to its end; what is beyond the length of a line is lost, as it is where it is typed.</summary>
    private string Paste()
    {
        var text = new StringBuilder();
        var matched = 0;
        while (matched < PasteEnds.Length)
        {
            var letter = Next().KeyChar;
            if (letter == PasteEnds[matched])
            {
                matched++;
                continue;
            }

            Add(text, PasteEnds.AsSpan(0, matched));
            matched = letter == PasteEnds[0] ? 1 : 0;
            if (matched == 0)
                Add(text, [letter]);
        }

        return text.ToString();
    }

    private static void Add(StringBuilder text, ReadOnlySpan<char> added)
    {
        if (text.Length + added.Length <= LineBuffer.LengthMax)
            text.Append(added);
    }
}
