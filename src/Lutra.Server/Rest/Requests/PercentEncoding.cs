using System.Text;

namespace Lutra.Server.Rest.Requests;

/// <summary>Percent-decoding (RFC 3986, section 2.1) to bytes, exactly once.</summary>
internal static class PercentEncoding
{
    /// <summary>
    /// Decodes to <paramref name="decoded"/>. False where a percent sign is not followed by two hexadecimal
    /// digits, or where a character stands that should have been encoded.
    /// </summary>
    /// <param name="plusIsBlank">As in forms and query strings.</param>
    public static bool TryDecode(ReadOnlySpan<char> text, bool plusIsBlank, out byte[] decoded)
    {
        decoded = [];
        if (!Ascii.IsValid(text))
            return false;
        var percents = text.Count('%');
        if (percents * 3 > text.Length)
            return false;
        var target = new byte[text.Length - (2 * percents)];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            // A later percent sign that is not followed by two digits was counted as if it were.
            if (length == target.Length)
                return false;
            var character = text[i];
            if (character == '%')
            {
                if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
                    return false;
                target[length++] = (byte)((Digit(text[i + 1]) << 4) | Digit(text[i + 2]));
                i += 2;
            }
            else
            {
                target[length++] = character == '+' && plusIsBlank ? (byte)' ' : (byte)character;
            }
        }

        decoded = target;
        return true;
    }

    private static int Digit(char hex) => hex <= '9' ? hex - '0' : (hex | 0x20) - 'a' + 10;
}
