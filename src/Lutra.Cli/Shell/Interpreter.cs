using Lutra.Cli.Client;
using Lutra.Cli.Output;
using Lutra.Cli.Shell.Verbs;

namespace Lutra.Cli.Shell;

/// <summary>Does what a line says. The one place where the shell's commands, whoever shows them, are found and their failures told.</summary>
internal sealed class Interpreter
{
    private readonly ShellContext shell;
    private readonly Dictionary<string, Verb> byName = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Verb> verbs;

    /// <param name="more">Commands that only this place has; they come first and win.</param>
    public Interpreter(ShellContext shell, IReadOnlyList<Verb> more)
    {
        this.shell = shell;
        Verb help = new(["help"], "help [<command>]", "shows this list, or all about one command", (_, words, _) => words.Count switch
        {
            0 => Help(),
            1 => Help(words[0]),
            _ => null,
        });
        Verb history = new(["history"], "history", "shows what was typed", (_, words, _) => words.Count == 0 ? History() : null)
        {
            Details = "The last 1000 lines, kept from one session to the next. Arrow up and down go\nthrough them. LUTRA_HISTORY names the file; where it is empty, none is kept.",
        };
        Verb exit = new(["exit", "quit"], "exit", "ends the shell; so does Ctrl+D", (_, _, _) => Exit())
        {
            Details = "At a node's own prompt, and in lutra dev, it stops the node, or all nodes.",
        };
        verbs = [.. more, .. KeyVerbs.All, .. TransactionVerbs.All, .. WatchVerbs.All, .. ClusterVerbs.All, .. MemberVerbs.All, history, help, exit];
        foreach (var verb in verbs)
        {
            foreach (var name in verb.Names)
                byName.TryAdd(name, verb);
        }

        // What another has taken the name of is not there.
        verbs.RemoveAll(verb => byName[verb.Names[0]] != verb);
    }

    /// <summary>"exit" was said.</summary>
    public bool HasEnded { get; private set; }

    public IEnumerable<string> Names => byName.Keys;

    /// <summary>What may stand behind a command: its words, or for "help" all commands.</summary>
    public IEnumerable<string> WordsBehind(string name) =>
        name.Equals("help", StringComparison.OrdinalIgnoreCase) ? Names : byName.TryGetValue(name, out var verb) ? verb.Words : [];

    public bool TakesKeys(string name) => byName.TryGetValue(name, out var verb) && verb.TakesKeys;

    /// <summary>The line lacks the end of a quote: another line goes on with it.</summary>
    public static bool IsOpen(string line)
    {
        try
        {
            Words.Split(line);
            return false;
        }
        catch (FormatException)
        {
            return true;
        }
    }

    public async Task<ExitCode> RunAsync(string line, CancellationToken cancellationToken)
    {
        try
        {
            var words = Words.Split(line);
            if (words.Count == 0)
                return ExitCode.Ok;
            if (!byName.TryGetValue(words[0], out var verb))
                return shell.Refuse(ExitCode.Usage, shell.Manner.Unknown);
            if (verb.RunAsync(shell, words[1..], cancellationToken) is not { } running)
                return shell.Refuse(ExitCode.Usage, $"Usage: {verb.Usage}{(words.Count > 3 && verb.Names[0] == "put" ? "   (a value with blanks goes in quotes)" : "")}");
            return await running;
        }
        catch (LutraException fault)
        {
            return shell.Fail(Failure.CodeOf(fault), fault.Message);
        }
        catch (FormatException fault)
        {
            return shell.Fail(ExitCode.Usage, fault.Message);
        }
        catch (OperationCanceledException)
        {
            return shell.Fail(ExitCode.UnknownOutcome, "Stopped before the answer came; if it was a write, it may or may not be done.");
        }
    }

    private Task<ExitCode> Help()
    {
        var width = verbs.Where(verb => verb.Usage.Length <= 24).Max(verb => verb.Usage.Length);
        foreach (var verb in verbs)
        {
            shell.Say(verb.Usage.Length <= width ? $"  {verb.Usage.PadRight(width)}  {verb.Help}{Others(verb)}" : $"  {verb.Usage}\n  {"".PadRight(width)}  {verb.Help}{Others(verb)}");
        }

        shell.Say("All about one of them, with examples: help put");
        return Task.FromResult(ExitCode.Ok);
    }

    private Task<ExitCode> Help(string name)
    {
        if (!byName.TryGetValue(name, out var verb))
            return Task.FromResult(shell.Refuse(ExitCode.Usage, shell.Manner.Unknown));
        shell.Say($"{verb.Usage}{Others(verb)}");
        shell.Say($"  {verb.Help}");
        if (verb.Details.Length > 0)
            shell.Say(string.Join('\n', verb.Details.Split('\n').Select(line => $"  {line}")));
        return Task.FromResult(ExitCode.Ok);
    }

    private static string Others(Verb verb) => verb.Names.Length > 1 ? $" (also: {string.Join(", ", verb.Names[1..])})" : "";

    private Task<ExitCode> History()
    {
        foreach (var line in shell.History)
            shell.Say(line);
        return Task.FromResult(ExitCode.Ok);
    }

    private Task<ExitCode> Exit()
    {
        HasEnded = true;
        return Task.FromResult(ExitCode.Ok);
    }
}
