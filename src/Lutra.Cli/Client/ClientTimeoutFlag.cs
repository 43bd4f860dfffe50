using System.CommandLine;
using System.Globalization;

namespace Lutra.Cli.Client;

/// <summary>How long a command waits in all: <c>--timeout</c>, else LUTRA_TIMEOUT in the environment, else 10 seconds.</summary>
internal sealed class ClientTimeoutFlag
{
    private const int SecondsMax = 24 * 60 * 60;

    private readonly Option<int?> option = new("--timeout")
    {
        Description = "Give up after so many seconds [LUTRA_TIMEOUT; default: 10]",
        HelpName = "SECONDS",
    };

    public void AddTo(Command command) => command.Add(option);

    public TimeSpan Of(ParseResult parsed) => Of(parsed.GetValue(option), Environment.GetEnvironmentVariable("LUTRA_TIMEOUT"));

    internal static TimeSpan Of(int? given, string? environment)
    {
        if (given is { } seconds)
            return Checked("--timeout", $"{seconds}", seconds);
        if (environment is not { Length: > 0 })
            return TimeSpan.FromSeconds(10);
        return Checked("LUTRA_TIMEOUT", $"'{environment}'", int.TryParse(environment, NumberStyles.None, CultureInfo.InvariantCulture, out var set) ? set : 0);
    }

    private static TimeSpan Checked(string name, string said, int seconds) => seconds is > 0 and <= SecondsMax
        ? TimeSpan.FromSeconds(seconds)
        : throw new LutraException(LutraError.InvalidArgument, $"{name} is {said}, but must be from 1 to {SecondsMax} seconds.");
}
