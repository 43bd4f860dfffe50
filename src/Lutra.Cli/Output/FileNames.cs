namespace Lutra.Cli.Output;

/// <summary>Names of files in messages: never so long that they hide what is said about them.</summary>
internal static class FileNames
{
    private const int ShownMax = 200;

    public static string Show(string path) => path.Length <= ShownMax ? path : $"{path[..ShownMax]}… ({path.Length} characters)";

    /// <summary>The words of the system, which hold the name whole.</summary>
    public static string Shorten(string message) => message.Length <= 2 * ShownMax ? message : "the name is too long for a file.";
}
