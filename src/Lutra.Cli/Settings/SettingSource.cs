namespace Lutra.Cli.Settings;

/// <summary>A value as someone wrote it, and where.</summary>
/// <param name="Origin">As a person knows it: "--addr", "LUTRA_ADDR", "lutra.conf line 3".</param>
internal sealed record Setting(string Text, string Origin);

/// <summary>
/// Where options come from: the command line first, then the environment (<c>LUTRA_PEER_ADDR</c> for <c>--peer-addr</c>), then a file of lines
/// <c>peer-addr = host:port</c>.
/// </summary>
internal sealed class SettingSource
{
    private readonly IReadOnlyDictionary<string, Setting> flags;
    private readonly Func<string, string?> environment;
    private readonly SettingsFile? file;
    private readonly List<string> errors;

    public SettingSource(
        IReadOnlyDictionary<string, string> flags, Func<string, string?> environment, SettingsFile? file, List<string> errors)
    {
        this.flags = flags.ToDictionary(each => each.Key, each => new Setting(each.Value, $"--{each.Key}"));
        this.environment = environment;
        this.file = file;
        this.errors = errors;
    }

    /// <summary>From what was written somewhere else, and nowhere else.</summary>
    public SettingSource(IReadOnlyDictionary<string, Setting> settings, List<string> errors)
    {
        flags = settings;
        environment = static _ => null;
        this.errors = errors;
    }

    /// <summary>The value of an option, by its name without dashes; null where nobody gave one.</summary>
    public Setting? Find(string name)
    {
        if (flags.TryGetValue(name, out var given))
            return given;
        var variable = EnvironmentName(name);
        if (environment(variable) is { Length: > 0 } fromEnvironment)
            return new Setting(fromEnvironment, variable);
        return file?.Find(name);
    }

    public string Text(string name, string otherwise) => Find(name)?.Text ?? otherwise;

    /// <summary>A whole number; a fault is noted, and the default stands for it.</summary>
    public int Number(string name, int otherwise, int min, int max)
    {
        if (Find(name) is not { } setting)
            return otherwise;
        if (int.TryParse(setting.Text, System.Globalization.CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
            return number;
        errors.Add($"{setting.Origin} is \"{setting.Text}\", but must be a whole number from {min} to {max}.");
        return otherwise;
    }

    /// <summary>A number of bytes; a fault is noted, and 0 stands for it.</summary>
    public long Bytes(string name)
    {
        if (Find(name) is not { } setting)
            return 0;
        if (long.TryParse(setting.Text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var bytes))
            return bytes;
        errors.Add($"{setting.Origin} is \"{setting.Text}\", but must be a whole number of bytes from 0 on.");
        return 0;
    }

    public bool Flag(string name, bool otherwise)
    {
        if (Find(name) is not { } setting)
            return otherwise;
        switch (setting.Text.ToLowerInvariant())
        {
            case "true" or "yes" or "on" or "1" or "":
                return true;
            case "false" or "no" or "off" or "0":
                return false;
            default:
                errors.Add($"{setting.Origin} is \"{setting.Text}\", but must be true or false.");
                return otherwise;
        }
    }

    public static string EnvironmentName(string name) => "LUTRA_" + name.Replace('-', '_').ToUpperInvariant();
}
