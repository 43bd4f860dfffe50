using System.Globalization;

namespace Lutra.Server.Etcd.Grpc;

/// <summary>The header <c>grpc-timeout</c>: up to eight digits and a unit (gRPC over HTTP/2, "Timeout").</summary>
internal static class GrpcTimeout
{
    private const int DigitsMax = 8;

    // What a timer takes; nobody waits for longer.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(24);

    /// <returns>False where it is malformed.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan timeout)
    {
        timeout = default;
        if (text.Length is < 2 or > DigitsMax + 1
            || !long.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            return false;
        TimeSpan? wanted = text[^1] switch
        {
            'H' => TimeSpan.FromHours(Math.Min(count, 24 * 365)),
            'M' => TimeSpan.FromMinutes(count),
            'S' => TimeSpan.FromSeconds(count),
            'm' => TimeSpan.FromMilliseconds(count),
            'u' => TimeSpan.FromMicroseconds(count),
            'n' => TimeSpan.FromTicks(count / TimeSpan.NanosecondsPerTick),
            _ => null,
        };
        if (wanted is not { } given)
            return false;
        timeout = given < Longest ? given : Longest;
        return true;
    }
}
