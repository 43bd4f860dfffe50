using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Lutra.Client.Rest;

/// <summary>Where a key is on the server.</summary>
internal static class KeyTarget
{
    // Longer ones would meet the limits of hosts and proxies for a request line.
    private const int PathKeyBytesMax = 2048;

    private static readonly SearchValues<byte> Unreserved =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/"u8);

    /// <summary>
    /// <c>/key/name</c> where every byte may stand for itself and nothing on the way would tidy it up; else <c>/key?key_base64=…</c>, which carries anything.
    /// </summary>
    public static string Of(ReadOnlySpan<byte> key) => IsPlain(key)
        ? $"/key/{Encoding.ASCII.GetString(key)}"
        : $"/key?key_base64={Base64Url.EncodeToString(key)}";

    private static bool IsPlain(ReadOnlySpan<byte> key)
    {
        if (key.Length is 0 or > PathKeyBytesMax || key.ContainsAnyExcept(Unreserved))
            return false;
        foreach (var range in key.Split((byte)'/'))
        {
            var segment = key[range];
            if (segment.IsEmpty || segment.SequenceEqual("."u8) || segment.SequenceEqual(".."u8))
                return false;
        }

        return true;
    }
}
