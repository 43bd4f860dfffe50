namespace Lutra.Cli.Shell;

/// <summary>What the commands of one session share.</summary>
/// <param name="Connect">A client of one server alone, for "status SERVER".</param>
internal sealed record ShellContext(ShellManner Manner, IShellOutput Output, Func<string, ILutraClient> Connect)
{
    /// <summary>Whom the commands ask.</summary>
    public required ILutraClient Client { get; set; }

    /// <summary>The operations since "begin"; null outside of a transaction.</summary>
    public List<Operation>? Queued { get; set; }

    /// <summary>Where a put returns before its outcome is known; null: it waits.</summary>
    public Tickets? Tickets { get; init; }

    public Watches Watches { get; } = new(Output);

    public IReadOnlyList<string> History { get; init; } = [];

    public void Say(string line) => Output.Say(line);

    public ExitCode Fail(ExitCode code, string message) => Refuse(code, $"Error: {message}");

    /// <summary>Says just this.</summary>
    public ExitCode Refuse(ExitCode code, string line)
    {
        Output.Complain(line);
        return code;
    }
}
