using System.Globalization;

namespace Lutra.Server.Rest.Requests;

/// <summary>A whole number from 0 up, in decimal digits and nothing else: .NET's own reader passes over zero bytes at the end.</summary>
internal static class WholeNumber
{
    public static bool TryParse(ReadOnlySpan<char> text, out long number)
    {
        number = 0;
        return !text.ContainsAnyExceptInRange('0', '9') && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
