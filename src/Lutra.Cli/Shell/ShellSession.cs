using System.Runtime.InteropServices;
using Lutra.Cli.Shell.Editing;
using Lutra.Cli.Shell.Verbs;

namespace Lutra.Cli.Shell;

/// <summary>Reads commands, from a terminal or a pipe, until there are no more. <c>lutra shell</c> and a node's own prompt are both this.</summary>
internal sealed class ShellSession
{
    /// <summary>How the shell is set up.</summary>
    /// <param name="Banner">Shown at the start, on a terminal alone.</param>
    /// <param name="WaitsForWrites">False: a put returns a ticket at once and tells its outcome later.</param>
    internal sealed record Setup(ILutraClient Client, ShellManner Manner, Func<string, ILutraClient> Connect, IReadOnlyList<string> Banner, bool WaitsForWrites)
    {
        public IReadOnlyList<Verb> More { get; init; } = [];
    }

    private readonly ShellContext context;
    private readonly Interpreter interpreter;
    private readonly Tickets? tickets;
    private readonly LineEditor? editor;
    private readonly TextReader input;
    private readonly Lock gate = new();
    private CancellationTokenSource? running;

    private ShellSession(Setup setup, IShellTerminal? terminal, TextReader input, History history, IShellOutput? output)
    {
        this.input = input;
        WordCompletion? completion = null;
        editor = terminal is null ? null : new LineEditor(terminal, history, line => completion!.Complete(line));
        output ??= editor is null ? new PipeOutput() : new EditorOutput(editor);
        tickets = setup.WaitsForWrites ? null : new Tickets(output);
        context = new ShellContext(setup.Manner, output, setup.Connect) { Client = setup.Client, Tickets = tickets, History = history.Lines };
        interpreter = new Interpreter(context, setup.More);
        completion = new WordCompletion(interpreter, context);
        if (editor is not null)
        {
            foreach (var line in setup.Banner)
                output.Say(line);
        }
    }

    /// <summary>Whether any command was read: input that ended before it said one is a service's /dev/null.</summary>
    public bool WasUsed { get; private set; }

    public static ShellSession OnConsole(Setup setup) => Console.IsInputRedirected || Console.IsOutputRedirected
        ? new ShellSession(setup, null, Console.In, new History(null), null)
        : new ShellSession(setup, new ConsoleTerminal(), TextReader.Null, new History(Editing.History.DefaultPath()), null);

    /// <summary>A session whose keys and answers are handed in.</summary>
    internal static ShellSession On(Setup setup, IShellTerminal terminal, History history) => new(setup, terminal, TextReader.Null, history, null);

    /// <summary>A session that reads lines, as from a pipe.</summary>
    internal static ShellSession On(Setup setup, TextReader input, IShellOutput output) => new(setup, null, input, new History(null), output);

    /// <summary>The terminal has another size, or lost what it showed. From any thread.</summary>
    public void Repaint() => editor?.Repaint();

    /// <summary>Returns the code of the first command that failed. Blocks its thread while it waits for input.</summary>
    public ExitCode Run(CancellationToken cancellationToken)
    {
        var code = ExitCode.Ok;
        using var interrupt = editor is null ? null : PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        while (!interpreter.HasEnded && !cancellationToken.IsCancellationRequested && ReadCommand() is { } line)
        {
            if (line.AsSpan().Trim().IsEmpty)
                continue;
            WasUsed = true;
            var ended = RunCommand(line, cancellationToken);
            code = code == ExitCode.Ok ? ended : code;
        }

        if (context.Queued is { Count: > 0 } forgotten)
            code = code == ExitCode.Ok ? context.Fail(ExitCode.Error, $"the input ended inside a transaction: {forgotten.Count} commands were not done; say commit") : code;
        tickets?.AllToldAsync().GetAwaiter().GetResult();
        context.Watches.EndAll();
        if (interpreter.HasEnded && context.Manner.Farewell is { } farewell)
            context.Say(farewell);
        return code == ExitCode.Ok ? tickets?.Code ?? code : code;
    }

    private ExitCode RunCommand(string line, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        lock (gate)
            running = stop;
        try
        {
            return interpreter.RunAsync(line, stop.Token).GetAwaiter().GetResult();
        }
        finally
        {
            lock (gate)
                running = null;
        }
    }

    /// <summary>A line, or several where a quote goes over their ends; null at the end of the input.</summary>
    private string? ReadCommand()
    {
        var line = ReadLine(context.Queued is { } queued ? $"lutra ({queued.Count})> " : "lutra> ");
        while (line is not null && Interpreter.IsOpen(line) && line.Length < LineBuffer.LengthMax)
        {
            if (ReadLine("...... ") is not { } more)
                return line;
            if (more.Length == 0 && editor is not null)
                return "";
            line = $"{line}\n{more}";
        }

        return line;
    }

    private string? ReadLine(string prompt) => editor is null ? input.ReadLine() : editor.ReadLine(prompt);

    // Ends the command, and not the shell.
    private void Interrupt(PosixSignalContext signal)
    {
        signal.Cancel = true;
        editor?.DropPaste();
        lock (gate)
            running?.Cancel();
    }
}
