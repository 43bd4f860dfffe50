using Spectre.Console;

namespace Lutra.Cli.Output;

/// <summary>What went wrong, on standard error: red on a terminal, plain elsewhere.</summary>
internal static class Failure
{
    private static readonly IAnsiConsole Error = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    public static void Write(string message)
    {
        if (Console.IsErrorRedirected)
            Console.Error.WriteLine($"Error: {message}");
        else
            Error.MarkupLineInterpolated($"[red]Error:[/] {message}");
    }

    /// <summary>Something that is not as it should be, and not wrong either.</summary>
    public static void Note(string message) => Hint($"Note: {message}");

    public static void Hint(string message)
    {
        if (Console.IsErrorRedirected)
            Console.Error.WriteLine(message);
        else
            Error.MarkupLineInterpolated($"[grey]{message}[/]");
    }

    /// <summary>Says what a refusal means for the one who typed the command.</summary>
    public static ExitCode Report(LutraException refusal)
    {
        Write(refusal.Message);
        return CodeOf(refusal);
    }

    public static ExitCode CodeOf(LutraException refusal) => refusal.Error switch
    {
        LutraError.InvalidArgument or LutraError.TooLarge => ExitCode.Usage,
        LutraError.KeyNotFound or LutraError.LeaseNotFound or LutraError.MemberNotFound or LutraError.UserNotFound or LutraError.RoleNotFound => ExitCode.NotFound,
        LutraError.Unavailable or LutraError.Overloaded or LutraError.NoSpace or LutraError.Corrupt or LutraError.Stopped => ExitCode.Unavailable,
        LutraError.Denied or LutraError.UserRequired or LutraError.InvalidToken or LutraError.LoginFailed or LutraError.AuthRevisionOld => ExitCode.Denied,
        LutraError.OutcomeUnknown => ExitCode.UnknownOutcome,
        _ => ExitCode.Error,
    };
}
