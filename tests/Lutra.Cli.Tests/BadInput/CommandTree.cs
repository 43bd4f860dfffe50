using System.CommandLine;

namespace Lutra.Cli.Tests.BadInput;

/// <summary>Every command of the program, and the ways to type it wrongly that can be read from its options and arguments.</summary>
internal static class CommandTree
{
    private static readonly string[] NoNumbers = ["abc", "", " ", "1.5", "0x10", "99999999999999999999", "1e3", "--", "½", "1 2"];

    /// <summary>Commands by their words (<c>lease grant</c>), the hidden ones too; those that only hold others as well.</summary>
    public static IEnumerable<(string Path, Command Command)> All() => Below("", CommandLine.Root());

    /// <summary>Command lines that must be refused as wrongly typed, whatever a server says.</summary>
    public static IEnumerable<string[]> Wrong(string path, Command command)
    {
        var words = path.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var arguments = command.Arguments.SelectMany(argument => Enumerable.Repeat("7", argument.Arity.MinimumNumberOfValues)).ToArray();
        string[] right = [.. words, .. arguments];
        if (command.Hidden)
            yield break;
        yield return [.. right, "--nonsense"];
        yield return [.. right, "--nonsense=1"];
        yield return [.. right, "-q"];
        yield return ["--nonsense", .. right];
        if (arguments.Length > 0)
            yield return words;
        if (command.Action is null)
        {
            yield return words;
            yield return [.. words, "nonsense"];
            yield break;
        }

        if (command.Arguments.Sum(argument => (long)argument.Arity.MaximumNumberOfValues) is var most and < 100)
            yield return [.. words, .. Enumerable.Repeat("7", (int)most + 1)];
        foreach (var option in command.Options.Where(option => option.Name is not ("--help" or "-h" or "/?" or "--version")))
        {
            var type = Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType;
            if (option.Arity.MinimumNumberOfValues > 0)
                yield return [.. right, option.Name];
            if (option.Arity.MaximumNumberOfValues == 1 && type != typeof(bool))
                yield return [.. right, option.Name, "1", option.Name, "2"];
            foreach (var value in type == typeof(int) || type == typeof(long) || type == typeof(ulong) || type == typeof(uint) ? NoNumbers
                     : type == typeof(bool) ? ["maybe", "2"]
                     : type.IsEnum ? ["nonsense", "", "--"] : [])
                yield return [.. right, $"{option.Name}={value}"];
        }
    }

    /// <summary>Command lines that may make sense, or not: whatever comes of them, the program says it in its own words.</summary>
    public static IEnumerable<string[]> Odd(string path, Command command)
    {
        var words = path.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] odd = ["", " ", "-1", "0", "\ud800", "a\0b", "\u001b[31m", new string('x', 70_000), "{", "'", "\"", "key=\n", "%", "../..", "1=1=1"];
        foreach (var value in odd)
        {
            if (command.Arguments.Count > 0)
                yield return [.. words, .. command.Arguments.SelectMany(argument => Enumerable.Repeat(value, Math.Max(1, argument.Arity.MinimumNumberOfValues)))];
            foreach (var option in command.Options.Where(option => option.ValueType != typeof(bool) && option.Name is not ("--endpoints" or "--timeout" or "--output")))
                yield return [.. words, .. command.Arguments.SelectMany(argument => Enumerable.Repeat("7", argument.Arity.MinimumNumberOfValues)), $"{option.Name}={value}"];
        }
    }

    private static IEnumerable<(string Path, Command Command)> Below(string path, Command command)
    {
        yield return (path, command);
        foreach (var inner in command.Subcommands.SelectMany(one => Below($"{path} {one.Name}".Trim(), one)))
            yield return inner;
    }
}
