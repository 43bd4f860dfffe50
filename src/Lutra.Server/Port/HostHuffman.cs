namespace Lutra.Server.Port;

/// <summary>
/// HPACK's Huffman code (RFC 7541, appendix B), as far as it reaches the letters of host names and addresses: a text with any other has no need to be decoded,
/// since it is no host.
/// </summary>
internal static class HostHuffman
{
    private const int ShortestBits = 5;
    private const int LongestBits = 13;

    // By the length of the code: the first code, and the letters in the order of their codes; a blank is a letter that no host has.
    private static readonly (int Bits, int First, string Letters)[] Codes =
    [
        (5, 0x00, "012aceiost"),
        (6, 0x14, "  -. 3456789 A_bdfghlmnpru"),
        (7, 0x5c, ":BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz"),
        (8, 0xf8, "&   XZ"),
        (10, 0x3f8, "! ()"),
        (11, 0x7fa, "'"),
        (13, 0x1ff8, "$ []~"),
    ];

    /// <summary>The most letters that so many bytes hold.</summary>
    public static int LengthMax(int bytes) => bytes * 8 / ShortestBits;

    /// <returns>False where it holds a letter that no host has, or is no such code.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> into, out int length)
    {
        length = 0;
        var (code, bits) = (0, 0);
        foreach (var one in text)
        {
            for (var bit = 7; bit >= 0; bit--)
            {
                code = code << 1 | ((one >> bit) & 1);
                if (++bits < ShortestBits)
                    continue;
                if (bits > LongestBits)
                    return false;
                if (Find(code, bits) is not { } letter)
                    continue;
                if (letter == ' ')
                    return false;
                into[length++] = (byte)letter;
                (code, bits) = (0, 0);
            }
        }

        // What is left over is the beginning of the longest code: ones, fewer than a byte.
        return bits < 8 && code == (1 << bits) - 1;
    }

    private static char? Find(int code, int bits)
    {
        foreach (var (length, first, letters) in Codes)
        {
            if (length == bits && code >= first && code - first < letters.Length)
                return letters[code - first];
        }

        return null;
    }
}
