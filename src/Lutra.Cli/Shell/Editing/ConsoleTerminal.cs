namespace Lutra.Cli.Shell.Editing;

/// <summary>The terminal that this process runs in.</summary>
internal sealed class ConsoleTerminal : IShellTerminal
{
    private const int WidthWhereUnknown = 80;

    public int Width => Console.WindowWidth is > 0 and var width ? width : WidthWhereUnknown;

    /// <summary>Ctrl+C is a key while a line is edited, and a signal while a command runs.</summary>
    public ConsoleKeyInfo ReadKey()
    {
        Console.TreatControlCAsInput = true;
        try
        {
            return Console.ReadKey(intercept: true);
        }
        finally
        {
            Console.TreatControlCAsInput = false;
        }
    }

    public bool HasKey => Console.KeyAvailable;

    public void Clear() => Console.Out.Write("\e[2J\e[H");

    public void Write(string text) => Console.Out.Write(text);
}
