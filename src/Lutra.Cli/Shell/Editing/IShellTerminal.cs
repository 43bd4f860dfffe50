namespace Lutra.Cli.Shell.Editing;

/// <summary>What the line editor needs of a terminal.</summary>
internal interface IShellTerminal
{
    /// <summary>Columns of a line.</summary>
    int Width { get; }

    /// <summary>Waits for the next key, which is not shown.</summary>
    ConsoleKeyInfo ReadKey();

    /// <summary>Another key is there already: what follows belongs to the same paste, or to the same sequence.</summary>
    bool HasKey { get; }

    /// <summary>Empties the screen, or the part of it that is the shell's; the cursor is then at its start.</summary>
    void Clear();

    /// <summary>Writes text, which may hold ANSI sequences.</summary>
    void Write(string text);
}
