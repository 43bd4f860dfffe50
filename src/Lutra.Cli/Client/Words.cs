using System.Text;

namespace Lutra.Cli.Client;

/// <summary>Splits a line into words as a shell does: blanks between words, quotes around words with blanks, a backslash before a quote or itself.</summary>
internal static class Words
{
    /// <summary>More than any command takes, with room for every operation of a transaction.</summary>
    private const int CountMax = 4096;

    /// <exception cref="FormatException">A quote is not closed, or there are more words than any command takes.</exception>
    public static List<string> Split(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var begun = false;
        var quote = '\0';
        for (var at = 0; at < line.Length; at++)
        {
            if (words.Count > CountMax)
                throw new FormatException($"There are more than {CountMax} words in one line.");
            var letter = line[at];
            if (letter == '\\' && quote != '\'' && at + 1 < line.Length && (line[at + 1] is '\\' or '"' or '\''))
            {
                word.Append(line[++at]);
                begun = true;
            }
            else if (quote != '\0')
            {
                if (letter == quote)
                    quote = '\0';
                else
                    word.Append(letter);
            }
            else if (letter is '"' or '\'')
            {
                quote = letter;
                begun = true;
            }
            else if (!char.IsWhiteSpace(letter))
            {
                word.Append(letter);
                begun = true;
            }
            else if (begun)
            {
                words.Add(word.ToString());
                word.Clear();
                begun = false;
            }
        }

        if (quote != '\0')
            throw new FormatException($"A {quote} is opened and not closed.");
        if (begun)
            words.Add(word.ToString());
        return words;
    }
}
