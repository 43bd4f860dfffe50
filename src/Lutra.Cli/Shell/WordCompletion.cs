using System.Text;
using Lutra.Cli.Shell.Editing;

namespace Lutra.Cli.Shell;

/// <summary>Completes the word before the cursor: the first to a command, others to keys of the store or to words of that command.</summary>
internal sealed class WordCompletion(Interpreter interpreter, ShellContext shell)
{
    private const int KeysMax = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public Completion Complete(string line)
    {
        var (start, word, first) = LastWord(line);
        if (first is null)
            return new Completion(start, [.. interpreter.Names.Where(name => name.StartsWith(word, StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)]);
        if (interpreter.TakesKeys(first))
            return new Completion(start, Keys(word));
        return new Completion(start, [.. interpreter.WordsBehind(first).Where(each => each.StartsWith(word, StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)]);
    }

    private IReadOnlyList<string> Keys(string prefix)
    {
        try
        {
            using var limit = new CancellationTokenSource(Patience);
            var range = new RangeOperation(KeyRange.Prefix(Encoding.UTF8.GetBytes(prefix)), KeysMax, KeysOnly: true);
            var found = shell.Client.RangeAsync(range, new ReadOptions(Consistency.Local), limit.Token).AsTask().GetAwaiter().GetResult();
            return [.. found.KeyValues.Where(each => System.Text.Unicode.Utf8.IsValid(each.Key.Span)).Select(each => Quoted(Encoding.UTF8.GetString(each.Key.Span)))];
        }
        catch (Exception fault) when (fault is LutraException or OperationCanceledException)
        {
            return [];
        }
    }

    /// <summary>As it must be typed to be one word.</summary>
    internal static string Quoted(string word)
    {
        if (word.Length > 0 && !word.Any(letter => char.IsWhiteSpace(letter) || letter is '"' or '\'' or '\\'))
            return word;
        return $"\"{word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
    }

    /// <summary>Where the last word begins, what it says without its quotes, and the line's first word; null where the last is the first.</summary>
    private static (int Start, string Word, string? First) LastWord(string line)
    {
        var start = 0;
        var quote = '\0';
        string? first = null;
        var word = new StringBuilder();
        for (var at = 0; at < line.Length; at++)
        {
            var letter = line[at];
            if (letter == '\\' && quote != '\'' && at + 1 < line.Length && (line[at + 1] is '\\' or '"' or '\''))
                word.Append(line[++at]);
            else if (quote == '\0' && (letter is '"' or '\''))
                quote = letter;
            else if (letter == quote)
                quote = '\0';
            else if (quote == '\0' && char.IsWhiteSpace(letter))
            {
                first ??= word.Length > 0 ? word.ToString() : null;
                word.Clear();
                start = at + 1;
            }
            else
                word.Append(letter);
        }

        return (start, word.ToString(), first);
    }
}
