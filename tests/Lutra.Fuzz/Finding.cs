using System.Globalization;

namespace Lutra.Fuzz;

/// <summary>An input that a parser does not survive as it should.</summary>
internal sealed record Finding(string Target, string Why, byte[] Input)
{
    /// <summary>Kept until it is mended, and for ever as a test: tests/Lutra.Fuzz/Crashers.</summary>
    public string FileName =>
        string.Create(CultureInfo.InvariantCulture, $"{Target}-{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Input).AsSpan(0, 6))}.bin");

    /// <summary>The target and the input of a file that <see cref="SaveTo"/> wrote.</summary>
    public static (string Target, byte[] Input) Load(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        return (name[..name.LastIndexOf('-')], File.ReadAllBytes(path));
    }

    public string SaveTo(string folder)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, FileName);
        File.WriteAllBytes(path, Input);
        return path;
    }

    public override string ToString() => $"{Target}: {Why} ({Input.Length} bytes)";
}
