using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Lutra.Cli.Dev.Wires;

/// <summary>
/// Finds out who dials, without taking part: the first address that a node says behind the head of its request is its own (docs/formats.md, hello), and the
/// addresses of this cluster all read <c>localhost:port</c>.
/// </summary>
/// <param name="numberOf">The node whose port for peers this is; null where there is none.</param>
internal sealed partial class Greeting(Func<int, int?> numberOf)
{
    /// <summary>A head and a hello are far shorter; one who has not said who it is by then is no node.</summary>
    private const int HeardMax = 16 * 1024;

    private readonly StringBuilder heard = new();
    private bool isOver;

    /// <summary>The number of the node that dials, when it is heard; null before, after, and where it is no node of this cluster.</summary>
    public int? Hear(ReadOnlySpan<byte> bytes)
    {
        if (isOver)
            return null;
        heard.Append(Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, HeardMax - heard.Length)]));
        var found = Address().Match(heard.ToString());
        isOver = found.Success || heard.Length >= HeardMax;
        return found.Success && int.TryParse(found.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? numberOf(port) : null;
    }

    // Something other than a digit must follow, or the number may not be whole yet.
    [GeneratedRegex(@"\r\n\r\n.*?localhost:([0-9]{1,5})[^0-9]", RegexOptions.Singleline)]
    private static partial Regex Address();
}
