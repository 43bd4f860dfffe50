using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;

namespace Lutra.Cli.Help;

/// <summary>All about one command: what it does, its form, its options with their defaults and units, examples, exit codes.</summary>
internal static class CommandPage
{
    private const int Left = 24;

    /// <summary>The options of every command that asks a cluster: last, since they are always the same.</summary>
    private static readonly HashSet<string> Shared = new(StringComparer.Ordinal)
    {
        "--endpoints", "--output", "--timeout", "--cacert", "--cert", "--key", "--insecure-skip-tls-verify",
    };

    public static IEnumerable<string> Lines(Command command, int width)
    {
        var topic = HelpTopics.Of(PathOf(command));
        foreach (var line in Columns.Wrap(Sentence(command.Description ?? ""), width))
            yield return line;
        yield return "";
        yield return $"Usage: lutra {Form(command)}";
        foreach (var line in topic.Details.Length == 0 ? [] : Columns.Wrap(topic.Details, width).Prepend(""))
            yield return line;

        var own = command.Options.Where(option => !option.Hidden && option is not HelpOption && !Shared.Contains(option.Name)).ToArray();
        foreach (var line in Part("", command.Arguments.Select(argument => (Name(argument), Text(argument))), width))
            yield return line;
        foreach (var line in Part("Commands:", command.Subcommands.Where(each => !each.Hidden).Select(each => (Form(each, from: command), Sentence(each.Description ?? ""))), width))
            yield return line;
        foreach (var line in Part("Options:", own.Select(option => (Name(option), Text(option))), width))
            yield return line;
        foreach (var line in Part("Options of most commands:", command.Options.Where(option => Shared.Contains(option.Name)).Select(option => (Name(option), Text(option))), width))
            yield return line;
        if (topic.Examples.Count > 0)
        {
            yield return "";
            yield return "Examples:";
            foreach (var example in topic.Examples)
                yield return $"  {example}";
        }

        if (topic.ExitCodes.Length == 0)
            yield break;
        yield return "";
        foreach (var line in Columns.Wrap($"Exit codes: {topic.ExitCodes}", width))
            yield return line;
    }

    /// <summary>Such as "snapshot save".</summary>
    public static string PathOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent and not RootCommand ? $"{PathOf(parent)} {command.Name}" : command.Name;

    /// <summary>The command with its arguments, such as "put &lt;key&gt; &lt;value&gt; [options]".</summary>
    public static string Form(Command command, Command? from = null)
    {
        var words = new List<string> { from is null ? PathOf(command) : command.Name };
        words.AddRange(command.Arguments.Select(Name));
        if (command.Subcommands.Count > 0)
            words.Add(command.Action is null ? "<command>" : "[<command>]");
        if (from is null && command.Options.Any(option => !option.Hidden))
            words.Add("[options]");
        return string.Join(' ', words);
    }

    private static IEnumerable<string> Part(string heading, IEnumerable<(string Name, string Text)> rows, int width)
    {
        var first = true;
        foreach (var (name, text) in rows)
        {
            if (first)
                yield return "";
            if (first && heading.Length > 0)
                yield return heading;
            first = false;
            foreach (var line in Columns.Pair(name, text, Left, width))
                yield return line;
        }
    }

    private static string Name(Argument argument)
    {
        var name = argument.HelpName ?? argument.Name;
        name = name.StartsWith('[') ? name : $"<{name}>";
        return argument.Arity.MaximumNumberOfValues > 1 && !name.Contains(' ', StringComparison.Ordinal) ? $"{name} ..." : argument.Arity.MinimumNumberOfValues == 0 ? $"[{name}]" : name;
    }

    private static string Name(Option option)
    {
        // The same long name with one dash is understood as well, and need not be said each time.
        var others = option.Aliases.Where(alias => alias.Length == 2 || alias.StartsWith("--", StringComparison.Ordinal));
        var value = ValueOf(option);
        return string.Join(", ", others.OrderBy(alias => alias.Length).Prepend(option.Name)) + (value.Length == 0 ? "" : " " + value);
    }

    private static string ValueOf(Option option)
    {
        var type = Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType;
        if (option.HelpName is { } said)
            return said;
        if (type == typeof(bool))
            return option.HasDefaultValue && option.GetDefaultValue() is true ? "true|false" : "";
        if (type.IsEnum)
            return string.Join('|', Enum.GetNames(type).Where(name => name != "Auto").Select(name => name.ToLowerInvariant()));
        return option.Name.TrimStart('-').ToUpperInvariant();
    }

    private static string Text(Argument argument) => argument.Description + (argument.HasDefaultValue ? Default(argument.GetDefaultValue()) : "");

    private static string Text(Option option) =>
        option.Description + (option.HasDefaultValue && !(option.Description ?? "").Contains("[default", StringComparison.Ordinal) ? Default(option.GetDefaultValue()) : "");

    private static string Default(object? value) => value switch
    {
        null or false or "" => "",
        Enum named => $" [default: {named.ToString().ToLowerInvariant()}]",
        System.Collections.IEnumerable and not string => "",
        bool => " [default: true]",
        _ => string.Create(CultureInfo.InvariantCulture, $" [default: {value}]"),
    };

    private static string Sentence(string text) => text.Length == 0 || text.EndsWith('.') ? text : text + ".";
}
