using System.Globalization;

namespace Lutra.Bench.Load;

/// <summary>How many connections this machine lets one process have.</summary>
internal static class OpenFiles
{
    // Libraries, the node's own files, and the connections of those who write meanwhile.
    private const int ForOthers = 500;

    /// <summary>As many of the wanted as the limit of open files allows, and says so where that is fewer.</summary>
    public static int AsManyAsAllowed(int wanted)
    {
        if (!OperatingSystem.IsLinux())
            return wanted;
        var line = File.ReadLines("/proc/self/limits").First(one => one.StartsWith("Max open files", StringComparison.Ordinal));
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (!int.TryParse(words[4], CultureInfo.InvariantCulture, out var hard) || hard - ForOthers >= wanted)
            return wanted;
        Console.WriteLine($"The limit of open files is {hard} a process: {hard - ForOthers} watchers in place of {wanted}.");
        return hard - ForOthers;
    }
}
