namespace Lutra.Cli;

/// <summary>
/// <c>--prefix=</c> means an empty prefix. The parser would take it for an option without its value and make the next word that value, so it is given the two
/// apart.
/// </summary>
internal static class EmptyValues
{
    public static string[] Split(string[] args)
    {
        var words = new List<string>(args.Length);
        var meant = false;
        foreach (var word in args)
        {
            meant |= word == "--";
            if (!meant && word.StartsWith("--", StringComparison.Ordinal) && word.Length > 3 && word.IndexOf('=') == word.Length - 1)
                words.AddRange([word[..^1], ""]);
            else
                words.Add(word);
        }

        return [.. words];
    }
}
