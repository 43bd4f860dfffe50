namespace Lutra.Cli.Shell.Verbs;

/// <summary>One command of the shell.</summary>
/// <param name="Names">Its name, and what else it answers to.</param>
/// <param name="Usage">Its form, such as "put &lt;key&gt; &lt;value&gt;".</param>
/// <param name="TakesKeys">Its words are keys, which can be completed.</param>
/// <param name="RunAsync">Gets the words after the name; null where they are not of its form.</param>
internal sealed record Verb(
    string[] Names, string Usage, string Help, Func<ShellContext, IReadOnlyList<string>, CancellationToken, Task<ExitCode>?> RunAsync, bool TakesKeys = false)
{
    /// <summary>What there is to know beyond <see cref="Help"/>, and examples; lines of at most 78 letters.</summary>
    public string Details { get; init; } = "";

    /// <summary>Words that may stand behind the name, for completion.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];
}
