namespace Lutra.Cli.Help;

/// <summary>Texts under each other, broken between words.</summary>
internal static class Columns
{
    private const int Margin = 2;

    /// <summary>A name on the left, what it is on the right; where the name takes more than <paramref name="left"/> columns, below it.</summary>
    public static IEnumerable<string> Pair(string name, string text, int left, int width)
    {
        var lines = Wrap(text, width - Margin - left - Margin).ToArray();
        var indent = new string(' ', Margin + left + Margin);
        if (name.Length > left)
            yield return new string(' ', Margin) + name;
        for (var at = 0; at < lines.Length; at++)
            yield return (at == 0 && name.Length <= left ? $"{new string(' ', Margin)}{name.PadRight(left)}{new string(' ', Margin)}" : indent) + lines[at];
    }

    /// <summary>A text in lines of at most so many columns; a word that is longer has a line of its own.</summary>
    public static IEnumerable<string> Wrap(string text, int width)
    {
        foreach (var paragraph in text.Split('\n'))
        {
            var line = "";
            foreach (var word in paragraph.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (line.Length > 0 && line.Length + 1 + word.Length > width)
                {
                    yield return line;
                    line = "";
                }

                line += line.Length == 0 ? word : " " + word;
            }

            yield return line;
        }
    }
}
