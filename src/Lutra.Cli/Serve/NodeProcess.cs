using System.Runtime.InteropServices;
using Lutra.Cli.Certificates;
using Lutra.Cli.Output;
using Lutra.Server;
using Lutra.Server.Compaction;
using Lutra.Server.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Lutra.Cli.Serve;

/// <summary>A node in this process, from its start to a signal or to its own end.</summary>
internal static class NodeProcess
{
    public static async Task<int> RunAsync(ServeOptions options, bool untilInputEnds, CancellationToken cancellationToken)
    {
        try
        {
            return (int)await ServeAsync(options, untilInputEnds, cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or ArgumentException or FormatException or LutraException or UnauthorizedAccessException)
        {
            Failure.Write(fault.Message);
            return (int)(fault is ArgumentException or FormatException ? ExitCode.Usage : ExitCode.Error);
        }
    }

    private static async Task<ExitCode> ServeAsync(ServeOptions options, bool untilInputEnds, CancellationToken cancellationToken)
    {
        if (options.Tls is { MadeFor: { } address, Server.Files.CertificateFile: { } certificate })
            AutoTls.Make(certificate, address, DateTimeOffset.UtcNow);
        var signalled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, signalled));
        await using var registration = cancellationToken.Register(() => signalled.TrySetResult());

        if (untilInputEnds)
            _ = EndWithInputAsync(signalled);

        var interactive = !untilInputEnds && (options.Interactive is { } asked ? asked && Foreground.MayRead : Foreground.HasTerminal);

        // At the prompt Ctrl+C ends the command, and not the node. A child gets it from the terminal of its parent, whose business it is.
        var hasPrompt = interactive && Foreground.HasTerminal;
        using var interrupt = hasPrompt ? null : PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
        {
            signal.Cancel = true;
            if (!untilInputEnds)
                signalled.TrySetResult();
        });

        // Disposed last: what was said on the way out is still written.
        using var logging = Logging(options, hasPrompt);
        var log = logging.CreateLogger("Lutra.Node");
        await using var node = await LutraNode.StartAsync(options.Node, happened => log.Write(happened), cancellationToken);
        await using var server = await LutraServer.StartAsync(
            node,
            new LutraServerOptions
            {
                Address = options.ListenAddress,
                InsecureListen = options.InsecureListen,
                Tls = options.Tls.Server,
                MoreAddresses = options.Faces.MoreAddresses,
                MetricsAddresses = options.Faces.MetricsAddresses,
                Etcd = options.Faces.Etcd,
                Auth = options.Auth,
                Logging = logging,
                Rest = new()
                {
                    PeerDoor = options.Node.ListenForPeers ? null : node.AcceptPeerAsync,
                    RequestSizeBytesMax = options.RequestSizeBytesMax,
                    RequestSizeOption = "--max-request-bytes",
                },
            },
            cancellationToken);
        await using var compaction = options.Faces.Compaction is { } compact ? AutoCompaction.Start(node, compact, TimeProvider.System, log) : null;
        log.Said(Banner(options, server));
        if (options.AddressNote is { } note)
            log.Said(note);

        using var ended = new CancellationTokenSource();
        var announcing = ServiceManager.AnnounceAsync(node, Environment.GetEnvironmentVariable(ServiceManager.SocketVariable), log.Said, ended.Token);
        var prompt = interactive ? NodePrompt.Start(options, node, server.Address.ToString(), signalled) : null;
        await Task.WhenAny(signalled.Task, node.Stopped);
        await ended.CancelAsync();
        await announcing;
        if (node.Stopped is { IsCompleted: true } over && !signalled.Task.IsCompleted)
        {
            // The node said why on its own log; where that is a file, here as well.
            if (over.Exception?.InnerException is { } reason && prompt is not null)
                Failure.Write(reason.Message);
            return over.IsFaulted ? ExitCode.Error : ExitCode.Ok;
        }

        if (prompt is not null)
            Console.Out.WriteLine("Shutting down node...");
        log.Said("Stopping: handing over, letting requests end.");
        await node.StopAsync();
        await server.StopAsync(CancellationToken.None);
        return prompt?.Code ?? ExitCode.Ok;
    }

    private static ILoggerFactory Logging(ServeOptions options, bool hasPrompt) => LoggerFactory.Create(builder =>
    {
        // On a terminal the shell is shown and the log would run through it; a pipe keeps both apart by itself.
        if (!hasPrompt)
            builder.AddLutraConsole(options.LogJson ? LogFormat.Json : LogFormat.Plain, options.Faces.LogLevel);
        else
            builder.SetMinimumLevel(options.Faces.LogLevel).AddFilter("Microsoft", LogLevel.Warning).AddProvider(new FileLog(NodePrompt.LogPath(options)));
    });

    private static async Task EndWithInputAsync(TaskCompletionSource signalled)
    {
        await using var input = Console.OpenStandardInput();
        var ignored = new byte[256];
        while (await input.ReadAsync(ignored) > 0)
        {
        }

        signalled.TrySetResult();
    }

    private static void Stop(PosixSignalContext signal, TaskCompletionSource signalled)
    {
        signal.Cancel = true;
        signalled.TrySetResult();
    }

    private static string Banner(ServeOptions options, LutraServer server) =>
        $"Lutra {LutraVersion.Text}, node {options.Node.Label} of cluster {options.Node.ClusterName}: {(options.Tls.Server is null ? "http" : "https")}://{server.Address}"
        + (options.Node.PeerAddress is { } peers ? $", peers at {peers}" : "")
        + $", data in {Path.GetFullPath(Path.Combine(options.Node.Directory, options.Node.Label))}"
        + (options.Node.Peers.Count > 0 ? $", with {string.Join(", ", options.Node.Peers)}" : ", alone");
}
