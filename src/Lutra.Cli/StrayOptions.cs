using System.CommandLine;
using System.CommandLine.Parsing;

namespace Lutra.Cli;

/// <summary>
/// A word that begins with a dash and is no option of the command: the parser takes it for a key or a value, so a mistyped option would be done instead of
/// noticed. Behind <c>--</c> such words are meant; <c>-</c> and numbers such as <c>-5</c> always are.
/// </summary>
internal static class StrayOptions
{
    /// <summary>
    /// A flag that was given something else than true or false: the parser takes the flag for given, and the rest for a key or a value. Null where all is well.
    /// </summary>
    public static string? FindFlag(IEnumerable<string> args, ParseResult parsed)
    {
        var flags = parsed.CommandResult.Command.Options.Where(option => option.ValueType == typeof(bool) || option.ValueType == typeof(bool?))
            .SelectMany(option => option.Aliases.Prepend(option.Name)).ToHashSet(StringComparer.Ordinal);
        return args.TakeWhile(word => word != "--").FirstOrDefault(word =>
            word.AsSpan().IndexOfAny('=', ':') is > 0 and var end && flags.Contains(word[..end]) && !bool.TryParse(word.AsSpan(end + 1), out _));
    }

    /// <summary>The first of them; null where there is none.</summary>
    public static string? Find(ParseResult parsed)
    {
        // What completes a command line is given its words as they are.
        if (parsed.CommandResult.Command.Hidden)
            return null;
        var meant = parsed.Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash).ToHashSet(ReferenceEqualityComparer.Instance);
        foreach (var token in parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens))
        {
            if (token.Value is ['-', not (>= '0' and <= '9'), ..] && !meant.Contains(token))
                return token.Value;
        }

        return null;
    }
}
