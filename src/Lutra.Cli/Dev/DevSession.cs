using System.Runtime.InteropServices;

namespace Lutra.Cli.Dev;

/// <summary>What happens between the start and the end of <c>lutra dev</c>: lines that live, a prompt below them, commands.</summary>
internal sealed class DevSession(DevCluster cluster)
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(500);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, ended));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, ended));
        using IDevScreen screen = Console.IsOutputRedirected || Console.IsInputRedirected ? new DevLines() : new DevTerminal(cluster.Nodes.Count);
        screen.Show($"Lutra {LutraVersion.Text}: {cluster.Nodes.Count} nodes, data and logs in {cluster.Folder}. Try: put name otter, get name, kill 1, start 1, help");

        var watching = WatchAsync(screen, ended.Token);
        var reading = Task.Factory.StartNew(() => Read(screen, ended), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.Delay(Timeout.Infinite, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await watching;
        screen.Show("Stopping the nodes.");
        // The thread that reads may sit in a read that nothing ends; it dies with the process.
        _ = reading;
    }

    private async Task WatchAsync(IDevScreen screen, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var states = await Task.WhenAll(cluster.Nodes.Select(async node => new DevNodeState(node, await cluster.StatusAsync(node, cancellationToken))));
            screen.Show(states);
            await Task.Delay(Refresh, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Read(IDevScreen screen, CancellationTokenSource ended)
    {
        var commands = new DevCommands(cluster);
        var any = false;
        while (!ended.IsCancellationRequested)
        {
            var line = screen.ReadLine();
            if (line is null)
            {
                // Input that ended before it said anything is a service's /dev/null: the nodes run on.
                if (any || !Console.IsInputRedirected)
                    ended.Cancel();
                return;
            }

            if (line.Trim().Length == 0)
                continue;
            any = true;
            if (commands.Run(line, screen.Show))
                continue;
            ended.Cancel();
            return;
        }
    }

    private static void Stop(PosixSignalContext signal, CancellationTokenSource ended)
    {
        signal.Cancel = true;
        ended.Cancel();
    }
}
