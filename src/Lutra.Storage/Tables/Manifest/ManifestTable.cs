using System.Globalization;

namespace Lutra.Storage.Tables;

/// <summary>A table as the manifest names it.</summary>
/// <param name="Checksum">CRC32C of the whole file.</param>
internal sealed record ManifestTable(
    ulong Number, long LengthBytes, uint Checksum, ReadOnlyMemory<byte> SmallestKey, ReadOnlyMemory<byte> LargestKey)
{
    private const string Suffix = ".table";
    private const int Digits = 16;

    public string Path => PathOf(Number);

    public static ManifestTable From(ulong number, TableSummary summary) =>
        new(number, summary.LengthBytes, summary.Checksum, summary.SmallestKey, summary.LargestKey);

    /// <summary>"tables/0000000000000001.table": the number in decimal.</summary>
    public static string PathOf(ulong number) => $"{ManifestFile.Folder}/{number.ToString("D16", CultureInfo.InvariantCulture)}{Suffix}";

    /// <summary>The number in a file's name; false where it is no table's.</summary>
    public static bool TryParseName(string name, out ulong number)
    {
        number = 0;
        return name.Length >= Digits + Suffix.Length && name.EndsWith(Suffix, StringComparison.Ordinal)
            && ulong.TryParse(name.AsSpan(0, name.Length - Suffix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
