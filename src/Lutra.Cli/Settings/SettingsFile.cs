namespace Lutra.Cli.Settings;

/// <summary>A file of lines <c>name = value</c>; blank lines and lines that begin with '#' say nothing.</summary>
internal sealed class SettingsFile
{
    private const long BytesMax = 1024 * 1024;

    // More would only scroll away.
    private const int ErrorsMax = 20;

    private readonly Dictionary<string, Setting> settings = new(StringComparer.Ordinal);

    private SettingsFile()
    {
    }

    /// <param name="known">The options there are; any other name is a fault.</param>
    public static SettingsFile? Read(string path, IReadOnlySet<string> known, List<string> errors)
    {
        var file = new SettingsFile();
        var before = errors.Count;
        try
        {
            if (new FileInfo(path).Length > BytesMax)
            {
                errors.Add($"--config is {path}, which is larger than {BytesMax} bytes: that is no list of options.");
                return null;
            }

            var number = 0;
            foreach (var line in File.ReadLines(path).TakeWhile(_ => errors.Count - before < ErrorsMax))
                file.Add(line.Trim(), path, ++number, known, errors);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            errors.Add($"--config is {path}, which cannot be read: {fault.Message}");
            return null;
        }

        if (errors.Count - before == ErrorsMax)
            errors.Add($"{path} may have more faults: the rest was not read.");
        return file;
    }

    public Setting? Find(string name) => settings.GetValueOrDefault(name);

    private void Add(string line, string path, int number, IReadOnlySet<string> known, List<string> errors)
    {
        if (line.Length == 0 || line[0] == '#')
            return;
        var origin = $"{path} line {number}";
        var equals = line.IndexOf('=', StringComparison.Ordinal);
        var name = (equals < 0 ? line : line[..equals]).Trim().TrimStart('-');
        if (equals < 0)
            errors.Add($"{origin} is \"{line}\", but must be a line \"name = value\".");
        else if (!known.Contains(name))
            errors.Add($"{origin} sets \"{name}\", but there is no such option.");
        else if (!settings.TryAdd(name, new Setting(line[(equals + 1)..].Trim(), origin)))
            errors.Add($"{origin} sets \"{name}\" for the second time (first at {settings[name].Origin}).");
    }
}
