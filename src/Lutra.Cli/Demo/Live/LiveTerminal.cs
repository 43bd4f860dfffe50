using System.Runtime.InteropServices;
using System.Text;
using Lutra.Cli.Demo.Picture;

namespace Lutra.Cli.Demo.Live;

/// <summary>Shows a live election on this process's terminal, on a screen of its own, and leaves the terminal as it was.</summary>
internal sealed class LiveTerminal : IDisposable
{
    private const string Enter = "\e[?1049h\e[?25l";
    private const string Leave = "\e[0m\e[?25h\e[?1049l";
    private static readonly TimeSpan FrameTime = TimeSpan.FromMilliseconds(40);

    private readonly Lock gate = new();
    private readonly CancellationTokenSource ended;
    private readonly PosixSignalRegistration[] signals;
    private readonly bool hasColour = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
    private Grid? shown;

    private LiveTerminal(CancellationToken cancellationToken)
    {
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        PosixSignal[] ending = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
        signals = [.. ending.Select(each => PosixSignalRegistration.Create(each, End)), .. Suspensions()];
        Write(Enter);
    }

    /// <summary>Whether this process's terminal can show the picture at all; where it is only too small, <see cref="ElectionPicture.Fits"/> says.</summary>
    public static bool Exists =>
        !Console.IsInputRedirected && !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not ("dumb" or "");

    /// <summary>Returns when the user, or a signal, ends it.</summary>
    public static async Task ShowAsync(LiveElection election, CancellationToken cancellationToken)
    {
        using var terminal = new LiveTerminal(cancellationToken);
        using var frames = new PeriodicTimer(FrameTime);
        while (!terminal.ended.IsCancellationRequested)
        {
            while (Console.KeyAvailable)
            {
                if (!election.Press(Console.ReadKey(intercept: true)))
                    return;
            }

            election.Frame();
            terminal.Draw(election);
            await frames.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    public void Dispose()
    {
        foreach (var signal in signals)
            signal.Dispose();
        ended.Dispose();
        Write(Leave);
    }

    private void Draw(LiveElection election)
    {
        lock (gate)
        {
            var next = ElectionPicture.Draw(election, Console.WindowWidth, Console.WindowHeight);
            Console.Out.Write(GridDifference.Between(shown, next, hasColour));
            shown = next;
        }
    }

    // Ctrl+Z does nothing: a shell in front of a picture that stands still helps nobody. Whoever stopped this from elsewhere may have written meanwhile.
    private IEnumerable<PosixSignalRegistration> Suspensions() => OperatingSystem.IsWindows()
        ? []
        : [PosixSignalRegistration.Create(PosixSignal.SIGTSTP, static signal => signal.Cancel = true), PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => Write(Enter))];

    private void Write(string text)
    {
        lock (gate)
        {
            Console.Out.Write(text);
            Console.Out.Flush();
            shown = null;
        }
    }

    private void End(PosixSignalContext signal)
    {
        signal.Cancel = true;
        ended.Cancel();
    }
}
