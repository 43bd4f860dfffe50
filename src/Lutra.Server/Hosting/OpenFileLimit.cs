using System.Globalization;

namespace Lutra.Server.Hosting;

/// <summary>
/// How many files and connections the system lets this process have open at once. Where all are used up no file of the node can be opened, and the runtime ends
/// the whole process ("Out of memory"); so connections are refused well before that.
/// </summary>
internal static class OpenFileLimit
{
    /// <summary>How many connections may be open only to be refused: what comes beyond that waits in the system until one of them is gone.</summary>
    public const int RefusedMax = 64;

    private const int ConnectionsMax = 20_000;

    // A node at rest has about two hundred (most of them the program's own parts), and connections that are being refused come on top.
    private const int KeptForFilesMin = 500;
    private const int KeptForFilesMax = 1000;
    private const int ConnectionsMin = 16;

    /// <summary>The most connections that leave room for the node's own files.</summary>
    /// <param name="openFiles">The limit; null: none is known.</param>
    public static int ConnectionsFor(long? openFiles) => openFiles is not { } limit
        ? ConnectionsMax
        : (int)Math.Clamp(limit - Math.Clamp(limit / 4, KeptForFilesMin, KeptForFilesMax), ConnectionsMin, ConnectionsMax);

    /// <summary>The limit in force (the runtime has raised it to what the system permits); null: not known, or none. Linux only.</summary>
    public static long? Current()
    {
        try
        {
            if (!OperatingSystem.IsLinux())
                return null;
            var line = File.ReadLines("/proc/self/limits").FirstOrDefault(one => one.StartsWith("Max open files", StringComparison.Ordinal));
            var words = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return words is { Length: > 3 } && long.TryParse(words[3], CultureInfo.InvariantCulture, out var soft) ? soft : null;
        }
        catch (Exception noneLeft) when (noneLeft is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
