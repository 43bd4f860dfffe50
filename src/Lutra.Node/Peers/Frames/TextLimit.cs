using System.Text;

namespace Lutra.Node.Peers.Frames;

/// <summary>Texts for people are cut to what the other end accepts, rather than refused there.</summary>
internal static class TextLimit
{
    /// <summary>The longest beginning of <paramref name="text"/> whose UTF-8 has at most <paramref name="bytesMax"/> bytes.</summary>
    public static string Shorten(string text, int bytesMax)
    {
        if (Encoding.UTF8.GetMaxByteCount(text.Length) <= bytesMax || Encoding.UTF8.GetByteCount(text) <= bytesMax)
            return text;

        var bytes = 0;
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (bytes + rune.Utf8SequenceLength > bytesMax)
                break;

            bytes += rune.Utf8SequenceLength;
            length += rune.Utf16SequenceLength;
        }

        return text[..length];
    }
}
