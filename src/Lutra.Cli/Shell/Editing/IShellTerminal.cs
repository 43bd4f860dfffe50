namespace Lutra.Cli.Shell.Editing;

/// <summary>What the line editor needs of a terminal.</summary>
internal interface IShellTerminal
{
    /// <summary>Columns of a line.</summary>
    int Width { get; }

    /// <summary>Waits for the next key, which is not shown.</summary>
    ConsoleKeyInfo ReadKey();

    /// <summary>Writes text, which may hold ANSI sequences.</summary>
    void Write(string text);
}
