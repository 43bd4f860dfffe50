namespace Lutra.Cli.Shell;

/// <summary>How answers are worded: at a node's own prompt, and at a client's. Two of the programs that Lutra follows differ here, and their readers meet what they know.</summary>
/// <param name="Done">After a write.</param>
/// <param name="Missing">A key that is not there.</param>
/// <param name="NamesKeys">A read answers "key = value", not the value alone.</param>
internal sealed record ShellManner(string Done, string Missing, bool NamesKeys)
{
    public static readonly ShellManner Node = new("Success", "key not found in database", NamesKeys: false);

    public static readonly ShellManner Client = new("OK", "key not found", NamesKeys: true);
}
