using System.Buffers;
using System.Globalization;

namespace Lutra.Server.Etcd;

/// <summary>A span of time as Go's programs are told it: numbers with units, one after the other, such as <c>1h30m</c>, <c>5s</c>, <c>100ms</c>; up to a hundred years.</summary>
public static class GoDuration
{
    private static readonly (string Unit, double Seconds)[] Units = [("ms", 1e-3), ("us", 1e-6), ("ns", 1e-9), ("h", 3600), ("m", 60), ("s", 1)];

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    /// <summary>False where it is none.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var seconds = 0.0;
        var rest = text.AsSpan();
        if (rest.IsEmpty)
            return false;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(Digits);
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return false;
            rest = rest[digits..];
            var found = false;
            foreach (var (unit, each) in Units)
            {
                if (!rest.StartsWith(unit, StringComparison.Ordinal))
                    continue;
                seconds += number * each;
                rest = rest[unit.Length..];
                found = true;
                break;
            }

            if (!found)
                return false;
        }

        if (seconds > TimeSpan.FromDays(36_500).TotalSeconds)
            return false;
        duration = TimeSpan.FromSeconds(seconds);
        return true;
    }
}
