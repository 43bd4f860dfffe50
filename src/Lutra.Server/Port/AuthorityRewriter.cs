using System.Buffers;

namespace Lutra.Server.Port;

/// <summary>
/// Finds in a header block (HPACK, RFC 7541) an <c>:authority</c> that Kestrel would reset the stream for, and overwrites it in place. Clients of etcd send a
/// list of addresses there, the path of a socket, or a name of their own, and etcd never looks at it. Only literals are looked at: what refers to the table of
/// names and values was one before. The replacement is never longer, so what the sender believes that this table holds, it holds.
/// </summary>
internal static class AuthorityRewriter
{
    /// <summary>The place of <c>:authority</c> in the static table.</summary>
    private const int AuthorityIndex = 1;

    private const byte HuffmanFlag = 0x80;
    private const byte Filler = (byte)'x';

    // Kestrel's own: of a name, and within the brackets of an IPv6 address.
    private static readonly SearchValues<byte> NameBytes =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!$&'()-._~"u8);

    private static readonly SearchValues<byte> AddressBytes = SearchValues.Create("0123456789abcdefABCDEF:."u8);

    /// <summary>A block that makes no sense is left as it is, for Kestrel to refuse.</summary>
    /// <returns>Something was overwritten.</returns>
    public static bool Rewrite(Span<byte> block)
    {
        var hasChanged = false;
        for (var at = 0; at < block.Length;)
        {
            var first = block[at];
            if ((first & 0x80) != 0)
            {
                if (!TryReadNumber(block, ref at, 7, out _))
                    return hasChanged;
                continue;
            }

            var isSizeUpdate = (first & 0xe0) == 0x20;
            var prefixBits = (first & 0xc0) == 0x40 ? 6 : isSizeUpdate ? 5 : 4;
            if (!TryReadNumber(block, ref at, prefixBits, out var index))
                return hasChanged;
            if (isSizeUpdate)
                continue;
            if (index == 0 && !TryReadText(block, ref at, out _, out _))
                return hasChanged;
            var start = at;
            if (!TryReadText(block, ref at, out var isHuffman, out var text))
                return hasChanged;
            if (index != AuthorityIndex || IsFine(text, isHuffman))
                continue;
            text.Fill(Filler);
            block[start] &= unchecked((byte)~HuffmanFlag);
            hasChanged = true;
        }

        return hasChanged;
    }

    private static bool IsFine(ReadOnlySpan<byte> text, bool isHuffman)
    {
        if (!isHuffman)
            return IsHost(text);
        var decoded = ArrayPool<byte>.Shared.Rent(HostHuffman.LengthMax(text.Length));
        try
        {
            return HostHuffman.TryDecode(text, decoded, out var length) && IsHost(decoded.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(decoded);
        }
    }

    /// <summary>Nothing, or a name or an address with or without a port.</summary>
    public static bool IsHost(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return true;
        var hostEnd = text[0] == '[' ? text.IndexOf((byte)']') + 1 : text.IndexOf((byte)':') is >= 0 and var colon ? colon : text.Length;
        var host = text[..hostEnd];
        var port = text[hostEnd..];
        var isNamed = host is [(byte)'[', .. var address, (byte)']']
            ? address.Length > 0 && !address.ContainsAnyExcept(AddressBytes)
            : host.Length > 0 && !host.ContainsAnyExcept(NameBytes);
        return isNamed && (port.IsEmpty || (port[0] == ':' && port.Length > 1 && !port[1..].ContainsAnyExceptInRange((byte)'0', (byte)'9')));
    }

    private static bool TryReadText(Span<byte> block, ref int at, out bool isHuffman, out Span<byte> text)
    {
        isHuffman = at < block.Length && (block[at] & HuffmanFlag) != 0;
        text = default;
        if (!TryReadNumber(block, ref at, 7, out var length) || length > block.Length - at)
            return false;
        text = block.Slice(at, length);
        at += length;
        return true;
    }

    // An integer with a prefix of so many bits (RFC 7541, section 5.1); none of ours is longer than four bytes.
    private static bool TryReadNumber(ReadOnlySpan<byte> block, ref int at, int prefixBits, out int number)
    {
        number = 0;
        if (at >= block.Length)
            return false;
        var full = (1 << prefixBits) - 1;
        number = block[at++] & full;
        if (number < full)
            return true;
        for (var shift = 0; shift <= 21 && at < block.Length; shift += 7)
        {
            var one = block[at++];
            number += (one & 0x7f) << shift;
            if (one < 0x80)
                return true;
        }

        return false;
    }
}
