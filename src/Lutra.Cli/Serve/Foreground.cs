using System.Runtime.InteropServices;

namespace Lutra.Cli.Serve;

/// <summary>Whether someone sits in front of this process.</summary>
internal static partial class Foreground
{
    private const int StandardInput = 0;

    /// <summary>
    /// Input and output are a terminal, and this process has it. One that was started with '&amp;' has not: it would be stopped as soon as it read.
    /// </summary>
    public static bool HasTerminal => !Console.IsInputRedirected && !Console.IsOutputRedirected && OwnsTerminal;

    /// <summary>Reading from standard input does not stop this process: it is in the foreground, or its input is no terminal.</summary>
    public static bool MayRead => Console.IsInputRedirected || OwnsTerminal;

    private static bool OwnsTerminal => OperatingSystem.IsWindows() || ForegroundGroup(StandardInput) == OwnGroup();

    [LibraryImport("libc", EntryPoint = "tcgetpgrp")]
    private static partial int ForegroundGroup(int terminal);

    [LibraryImport("libc", EntryPoint = "getpgrp")]
    private static partial int OwnGroup();
}
