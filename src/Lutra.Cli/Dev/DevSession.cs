using System.Runtime.InteropServices;
using Lutra.Cli.Shell;
using Lutra.Cli.Shell.Editing;
using Lutra.Client;

namespace Lutra.Cli.Dev;

/// <summary>What happens between the start and the end of <c>lutra dev</c>: lines that live, and below them the shell.</summary>
internal sealed class DevSession(DevCluster cluster)
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(500);

    /// <summary>Returns the code of the first command that failed, where the commands came from a pipe.</summary>
    public async Task<ExitCode> RunAsync(CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, ended));
        var isTerminal = !Console.IsOutputRedirected && !Console.IsInputRedirected;

        // At a prompt Ctrl+C ends the command, and not the cluster.
        using var interrupt = isTerminal ? null : PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, ended));
        using var terminal = isTerminal ? new DevTerminal(cluster.Nodes.Count()) : null;
        var pipe = new PipeOutput();
        var setup = new ShellSession.Setup(
            cluster.Client, ShellManner.Client, Connect,
            [$"Lutra {LutraVersion.Text}: {cluster.Nodes.Count()} nodes, data and logs in {cluster.Folder}", "Try: put name otter, get name, kill 1, start 1, cut 2, heal 2, add, help, exit"],
            WaitsForWrites: true)
        {
            More = new DevVerbs(cluster).All(),
        };
        var session = terminal is null ? ShellSession.On(setup, Console.In, pipe) : ShellSession.On(setup, terminal, new History(History.DefaultPath()));
        if (terminal is null)
            pipe.Say(setup.Banner[0]);
        else
            terminal.Repaint = session.Repaint;

        IDevScreen screen = terminal is null ? new DevLines(pipe) : terminal;
        var watching = WatchAsync(screen, ended.Token);
        var code = ExitCode.Ok;
        new Thread(() =>
        {
            code = session.Run(ended.Token);

            // Input that ended before it said anything is a service's /dev/null: the nodes run on.
            if (session.WasUsed || isTerminal)
                ended.Cancel();
        })
        { IsBackground = true, Name = "lutra shell" }.Start();
        await Task.Delay(Timeout.Infinite, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await watching;
        screen.Dispose();
        Console.Out.WriteLine("Stopping the nodes.");

        // Where a signal ended it, the thread of the shell may sit in a read that nothing ends; it dies with the process.
        return isTerminal ? ExitCode.Ok : code;
    }

    private async Task WatchAsync(IDevScreen screen, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            screen.Show(await cluster.StatesAsync(CancellationToken.None));
            await Task.Delay(Refresh, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static LutraClient Connect(string server) => new(new LutraClientOptions { Endpoints = [Endpoints.Parse(server)], Timeout = TimeSpan.FromSeconds(10) });

    private static void Stop(PosixSignalContext signal, CancellationTokenSource ended)
    {
        signal.Cancel = true;
        ended.Cancel();
    }
}
