using Lutra.Cli.Settings;

namespace Lutra.Cli.Etcd;

/// <summary>
/// etcd's command line, as Go reads it: <c>-name value</c>, <c>--name=value</c>, switches only with '='; then its environment. A value in both is refused, as etcd
/// refuses it.
/// </summary>
internal static class EtcdArguments
{
    private const string Prefix = "ETCD_";

    // More would only scroll away.
    private const int ErrorsMax = 20;

    /// <summary>Every option that was given, by name.</summary>
    public static Dictionary<string, Setting> Read(
        IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, Action<string> warn, List<string> errors)
    {
        var given = FromCommandLine(arguments, errors);
        foreach (var (variable, value) in environment.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            if (!variable.StartsWith(Prefix, StringComparison.Ordinal) || value.Length == 0)
                continue;
            var name = variable[Prefix.Length..].ToLowerInvariant().Replace('_', '-');
            if (EtcdCommand.Find(name) is null && name != EtcdCommand.ConfigFile)
                warn($"{variable} is no option of etcd: it is passed over.");
            else if (given.TryGetValue(name, out var flag))
                errors.Add($"{variable} and {flag.Origin} say the same option: give one of them.");
            else
                given[name] = new Setting(value, variable);
        }

        return given;
    }

    private static Dictionary<string, Setting> FromCommandLine(IReadOnlyList<string> arguments, List<string> errors)
    {
        var given = new Dictionary<string, Setting>(StringComparer.Ordinal);
        for (var at = 0; at < arguments.Count; at++)
        {
            if (errors.Count >= ErrorsMax)
            {
                errors.Add("There may be more faults: the rest was not read.");
                break;
            }

            var argument = arguments[at];
            if (!argument.StartsWith('-') || argument is "-" or "--")
            {
                errors.Add($"\"{argument}\" is no option: options begin with --.");
                continue;
            }

            var text = argument[(argument.StartsWith("--", StringComparison.Ordinal) ? 2 : 1)..];
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? text : text[..equals];
            var flag = EtcdCommand.Find(name);
            if (flag is null && name != EtcdCommand.ConfigFile)
                errors.Add($"--{name} is no option of etcd 3.6.");
            else if (equals >= 0)
                given[name] = new Setting(text[(equals + 1)..], $"--{name}");
            else if (flag is { IsSwitch: true })
                given[name] = new Setting("true", $"--{name}");
            else if (at + 1 < arguments.Count)
                given[name] = new Setting(arguments[++at], $"--{name}");
            else
                errors.Add($"--{name} needs a value.");
        }

        return given;
    }
}
