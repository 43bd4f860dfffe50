using System.Buffers;
using System.Globalization;

namespace Lutra.Server.Auth;

/// <summary>Spans of time as etcd's options spell them: <c>5m</c>, <c>1h30m</c>, <c>1.5s</c>.</summary>
internal static class GoDuration
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    private static readonly (string Unit, double Seconds)[] Units = [("ms", 0.001), ("us", 0.000001), ("ns", 0.000000001), ("h", 3600), ("m", 60), ("s", 1)];

    public static bool TryParse(string text, out TimeSpan span)
    {
        span = default;
        var left = text.AsSpan();
        var seconds = 0d;
        if (left.IsEmpty)
            return false;
        while (!left.IsEmpty)
        {
            var digits = left.IndexOfAnyExcept(Digits);
            if (digits <= 0 || !double.TryParse(left[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return false;
            left = left[digits..];
            var known = false;
            foreach (var (unit, each) in Units)
            {
                if (!left.StartsWith(unit, StringComparison.Ordinal))
                    continue;
                left = left[unit.Length..];
                seconds += number * each;
                known = true;
                break;
            }

            if (!known)
                return false;
        }

        if (seconds > TimeSpan.FromDays(36500).TotalSeconds)
            return false;
        span = TimeSpan.FromSeconds(seconds);
        return true;
    }
}
