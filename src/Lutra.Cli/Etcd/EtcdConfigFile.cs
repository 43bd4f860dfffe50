using Lutra.Cli.Settings;

namespace Lutra.Cli.Etcd;

/// <summary>
/// etcd's <c>--config-file</c>: YAML of <c>name: value</c> lines, and two maps for TLS. What of YAML such files do not use (anchors, lists of maps, texts over several
/// lines) is refused.
/// </summary>
internal static class EtcdConfigFile
{
    private const long BytesMax = 1024 * 1024;

    // More would only scroll away.
    private const int ErrorsMax = 20;
    private const int ShownMax = 200;
    private const int ListMax = 100;

    private static readonly Dictionary<string, string> Sections = new(StringComparer.Ordinal)
    {
        ["client-transport-security"] = "",
        ["peer-transport-security"] = "peer-",
    };

    public static Dictionary<string, Setting> Read(string path, List<string> errors)
    {
        var given = new Dictionary<string, Setting>(StringComparer.Ordinal);
        try
        {
            if (new FileInfo(path).Length > BytesMax)
            {
                errors.Add($"--config-file is {path}, which is larger than {BytesMax} bytes: that is no list of options.");
                return given;
            }

            string? section = null;
            var number = 0;
            var before = errors.Count;
            foreach (var line in File.ReadLines(path).TakeWhile(_ => errors.Count - before < ErrorsMax))
                Add(line, path, ++number, ref section, given, errors);
            if (errors.Count - before >= ErrorsMax)
                errors.Add($"{path} may have more faults: the rest was not read.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            errors.Add($"--config-file is {path}, which cannot be read: {fault.Message}");
        }

        return given;
    }

    private static void Add(string line, string path, int number, ref string? section, Dictionary<string, Setting> given, List<string> errors)
    {
        var text = WithoutComment(line).TrimEnd();
        if (text.Length == 0 || text == "---")
            return;
        var origin = $"{path} line {number}";
        var isInner = text[0] is ' ' or '\t';
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || (colon + 1 < text.Length && text[colon + 1] != ' ') || (isInner && section is null) || text.TrimStart()[0] == '-')
        {
            errors.Add($"{origin} is \"{Shown(text.Trim())}\", but must be a line \"name: value\".");
            return;
        }

        var name = text[..colon].Trim().Trim('\'', '"');
        var value = Value(text[(colon + 1)..].Trim());
        if (!isInner && Sections.TryGetValue(name, out var prefix))
        {
            section = prefix;
            return;
        }

        section = isInner ? section : null;
        name = isInner ? InSection(section!, name) : name;
        if (EtcdCommand.Find(name) is null)
            errors.Add($"{origin} sets \"{Shown(name)}\", but there is no such option of etcd 3.6.");
        else if (value is null)
            errors.Add($"{origin} gives \"{name}\" a list that is none of up to {ListMax} plain values.");
        else if (value.Length > 0 && !given.TryAdd(name, new Setting(value, origin)))
            errors.Add($"{origin} sets \"{name}\" for the second time (first at {given[name].Origin}).");
    }

    private static string InSection(string section, string name) => name switch
    {
        "client-cert-auth" or "auto-tls" => section + name,
        "allowed-cn" or "allowed-hostname" => $"{(section.Length > 0 ? section : "client-")}cert-{name}",
        _ => section + name,
    };

    /// <summary>Null: a list that this does not read.</summary>
    private static string? Value(string text) => text is ['[', .. var inner, ']'] ? List(inner) : Plain(text);

    private static string? List(string inner)
    {
        if (inner.AsSpan().Count(',') >= ListMax || inner.AsSpan().ContainsAny('[', ']'))
            return null;
        return string.Join(',', inner.Split(',').Select(one => Plain(one.Trim())));
    }

    private static string Plain(string text) => text switch
    {
        "null" or "~" => "",
        ['\'', .. var inner, '\''] => inner.Replace("''", "'", StringComparison.Ordinal),
        ['"', .. var inner, '"'] => inner,
        _ => text,
    };

    private static string Shown(string text) => text.Length <= ShownMax ? text : $"{text[..ShownMax]}...";

    // Between quotes, which stand where a text begins, a number sign is one.
    private static string WithoutComment(string line)
    {
        var quote = '\0';
        for (var at = 0; at < line.Length; at++)
        {
            var before = at == 0 ? ' ' : line[at - 1];
            if (quote != '\0')
                quote = line[at] == quote ? '\0' : quote;
            else if (line[at] is '"' or '\'' && before is ' ' or '\t' or '[' or ',')
                quote = line[at];
            else if (line[at] == '#' && before is ' ' or '\t')
                return line[..at];
        }

        return line;
    }
}
