using System.CommandLine;

namespace Lutra.Cli;

/// <summary>
/// <c>lutra --server URL put a b</c> means <c>lutra put --server URL a b</c>. The options stay with their commands, so that those that have no use for one
/// refuse it.
/// </summary>
internal static class LeadingOptions
{
    private static readonly HashSet<string> WithValue = new(StringComparer.Ordinal) { "--endpoints", "--server", "-s", "--output", "-o", "--timeout", "--cacert", "--cert", "--key" };

    public static string[] Move(string[] args, Command root)
    {
        var end = 0;
        while (end < args.Length && NameOf(args[end]) is { } name && WithValue.Contains(name))
            end += args[end].Length == name.Length ? 2 : 1;
        if (end == 0 || end >= args.Length)
            return args;

        var behind = end;
        var command = root;
        while (behind < args.Length && command.Subcommands.FirstOrDefault(each => each.Name == args[behind] || each.Aliases.Contains(args[behind])) is { } inner)
        {
            command = inner;
            behind++;
        }

        return behind == end ? args : [.. args[end..behind], .. args[..end], .. args[behind..]];
    }

    private static string? NameOf(string word)
    {
        if (!word.StartsWith('-'))
            return null;
        var end = word.AsSpan().IndexOfAny('=', ':');
        return end < 0 ? word : word[..end];
    }
}
