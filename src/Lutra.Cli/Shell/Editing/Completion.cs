namespace Lutra.Cli.Shell.Editing;

/// <summary>What may stand where the cursor is.</summary>
/// <param name="Start">Where the word begins, in the line.</param>
/// <param name="Words">As they would be typed, quotes included, in order.</param>
internal sealed record Completion(int Start, IReadOnlyList<string> Words)
{
    public static readonly Completion None = new(0, []);

    /// <summary>What all words begin with.</summary>
    public string Common
    {
        get
        {
            var common = Words.Count == 0 ? "" : Words[0];
            foreach (var word in Words)
            {
                var same = 0;
                while (same < common.Length && same < word.Length && common[same] == word[same])
                    same++;
                common = common[..same];
            }

            // Half of a pair of UTF-16 units is no text.
            return common.Length > 0 && char.IsHighSurrogate(common[^1]) ? common[..^1] : common;
        }
    }
}
