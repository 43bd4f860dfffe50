using System.Globalization;

namespace Lutra.Cli.Shell.Verbs;

/// <summary>Following keys behind the prompt.</summary>
internal static class WatchVerbs
{
    public static readonly IReadOnlyList<Verb> All =
    [
        new(["watch"], "watch <key>|<prefix>*", "tells changes, behind the prompt", static (shell, words, stop) => words is [var what] ? BeginAsync(shell, what, stop) : null, TakesKeys: true)
        {
            Details = """
                Every change is told above the line that you type, with its revision, until
                "unwatch" or the end of the shell. A * at the end means: all that begin so.
                  watch name
                  watch user/*
                """,
        },
        new(["unwatch"], "unwatch [<number>]", "ends a watch, or all", static (shell, words, _) => words.Count <= 1 ? Task.FromResult(End(shell, words)) : null)
        {
            Details = """
                  unwatch 1
                  unwatch          ends all
                """,
        },
    ];

    private static async Task<ExitCode> BeginAsync(ShellContext shell, string what, CancellationToken stop)
    {
        var range = what.EndsWith('*') ? KeyRange.Prefix(KeyVerbs.Bytes(what[..^1])) : KeyRange.Single(KeyVerbs.Bytes(what));
        await shell.Watches.BeginAsync(shell.Client, range, stop);
        return ExitCode.Ok;
    }

    private static ExitCode End(ShellContext shell, IReadOnlyList<string> words)
    {
        if (words.Count == 0)
            shell.Say($"{shell.Watches.EndAll()} ended");
        else if (int.TryParse(words[0], CultureInfo.InvariantCulture, out var number) && shell.Watches.End(number))
            shell.Say("OK");
        else
            return shell.Fail(ExitCode.NotFound, $"there is no watch {words[0]}");
        return ExitCode.Ok;
    }
}
