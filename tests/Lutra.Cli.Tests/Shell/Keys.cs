namespace Lutra.Cli.Tests.Shell;

/// <summary>Keys as a terminal sends them.</summary>
internal static class Keys
{
    public static readonly ConsoleKeyInfo Enter = new('\r', ConsoleKey.Enter, false, false, false);
    public static readonly ConsoleKeyInfo Tab = new('\t', ConsoleKey.Tab, false, false, false);

    public static readonly ConsoleKeyInfo Escape = new('\e', ConsoleKey.Escape, false, false, false);

    /// <summary>As a terminal brackets it.</summary>
    public static IEnumerable<ConsoleKeyInfo> Paste(string text) => Text($"\e[200~{text}\e[201~");

    public static ConsoleKeyInfo Control(char letter) => new((char)(letter - '@'), ConsoleKey.A + (letter - 'A'), false, false, true);

    public static ConsoleKeyInfo Of(ConsoleKey key) => new('\0', key, false, false, false);

    public static IEnumerable<ConsoleKeyInfo> Text(string text) => text.Select(letter => letter switch
    {
        '\n' => Enter,
        '\t' => Tab,
        _ => new ConsoleKeyInfo(letter, ConsoleKey.None, false, false, false),
    });
}
