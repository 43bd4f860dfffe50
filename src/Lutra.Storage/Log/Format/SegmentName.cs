using System.Globalization;

namespace Lutra.Storage.Log.Format;

/// <summary>The names in the log's folder. A segment's is its number in sixteen digits.</summary>
internal static class SegmentName
{
    public const string Folder = "log";

    /// <summary>A segment that is being zero-filled; worth nothing after a restart.</summary>
    public const string Unfinished = "log/spare.tmp";

    private const string Suffix = ".log";
    private const int Digits = 16;

    public static string PathOf(ulong number) => string.Create(CultureInfo.InvariantCulture, $"{Folder}/{number:D16}{Suffix}");

    public static bool TryParse(string name, out ulong number)
    {
        number = 0;
        return name.Length == Digits + Suffix.Length
            && name.EndsWith(Suffix, StringComparison.Ordinal)
            && ulong.TryParse(name.AsSpan(0, Digits), NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && number > 0;
    }
}
