namespace Lutra.Cli.Shell;

/// <summary>How answers are worded: at a node's own prompt, and at a client's. Two of the programs that Lutra follows differ here, and their readers meet what they know.</summary>
/// <param name="Done">After a write.</param>
/// <param name="Missing">A key that is not there.</param>
/// <param name="NamesKeys">A read answers "key = value", not the value alone.</param>
/// <param name="Unknown">A command that is none.</param>
/// <param name="Farewell">After "exit"; null: whoever began the shell says it.</param>
internal sealed record ShellManner(string Done, string Missing, bool NamesKeys, string Unknown, string? Farewell)
{
    public static readonly ShellManner Node = new("Success", "key not found in database", NamesKeys: false, "Unknown command, type 'help' for assistance", null);

    public static readonly ShellManner Client = new(
        "OK", "key not found", NamesKeys: true, "Unknown command. Available commands: get, put, delete, getall, status, exit (type 'help' for all)", "Goodbye!");
}
