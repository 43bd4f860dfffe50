using System.Globalization;
using System.Text;

namespace Lutra.Server.Rest.Replies;

/// <summary>What a client sent, told back to it in a refusal: in quotes, never much of it, and nothing that a terminal would act on.</summary>
internal static class Quoted
{
    private const int LengthMax = 64;

    public static string Of(ReadOnlySpan<char> given)
    {
        var shown = new StringBuilder("'");
        foreach (var letter in given[..Math.Min(given.Length, LengthMax)])
        {
            if (char.IsControl(letter) || char.IsSurrogate(letter))
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}");
            else
                shown.Append(letter);
        }

        return given.Length <= LengthMax ? shown.Append('\'').ToString() : shown.Append(CultureInfo.InvariantCulture, $"…' ({given.Length} characters)").ToString();
    }
}
