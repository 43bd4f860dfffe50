using Lutra.Cli.Shell;
using Lutra.Client;
using Lutra.Tls;

namespace Lutra.Cli.Serve;

/// <summary>The shell of a node's own process (<c>--interactive</c>). "exit" stops the node.</summary>
internal sealed class NodePrompt
{
    private NodePrompt()
    {
    }

    /// <summary>Of the first command that failed, where the commands came from a pipe.</summary>
    public ExitCode Code { get; private set; }

    /// <summary>Where the log goes while the shell has the terminal.</summary>
    public static string LogPath(ServeOptions options) => Path.GetFullPath(Path.Combine(options.Node.Directory, $"{options.Node.Label}.log"));

    /// <param name="ended">Completed when the shell has ended and the node is to stop.</param>
    public static NodePrompt Start(ServeOptions options, ILutraClient node, string address, TaskCompletionSource ended)
    {
        var prompt = new NodePrompt();
        var setup = new ShellSession.Setup(
            node, ShellManner.Node, server => Connect(server, options),
            Banner(options, address), options.WaitsForWrites);

        // A thread of its own: it sits in a read that nothing but a key ends, and dies with the process.
        new Thread(() =>
        {
            var session = ShellSession.OnConsole(setup);
            var code = session.Run(CancellationToken.None);

            // Input that ended before it said anything is a service's /dev/null: the node runs on.
            if (!session.WasUsed && Console.IsInputRedirected)
                return;
            prompt.Code = Console.IsInputRedirected ? code : ExitCode.Ok;
            ended.TrySetResult();
        })
        { IsBackground = true, Name = "lutra shell" }.Start();
        return prompt;
    }

    /// <summary>Another node, which is taken to speak as this one does.</summary>
    private static LutraClient Connect(string server, ServeOptions options) => new(new LutraClientOptions
    {
        Endpoints = [Endpoints.Parse(server, options.Tls.Server is null ? "http" : "https")],
        Timeout = TimeSpan.FromSeconds(10),
        Tls = options.Tls.Server is { } tls ? new ClientTlsOptions { Files = new TlsFiles(null, null, tls.Files.TrustedCaFile), SkipVerification = options.Tls.MadeFor is not null } : null,
    });

    private static string[] Banner(ServeOptions options, string address) =>
    [
        $"Lutra {LutraVersion.Text}",
        $"  Node ID:         {options.Node.Label}",
        $"  Cluster ID:      {options.Node.ClusterName}",
        $"  Address:         {address}{(options.Node.PeerAddress is { } peers ? $", peers at {peers}" : "")}",
        $"  Data directory:  {Path.GetFullPath(Path.Combine(options.Node.Directory, options.Node.Label))}",
        $"  Sync mode:       {(options.WaitsForWrites ? "true" : "false")}",
        $"  Cluster members: {(options.Node.Peers.Count > 0 ? string.Join(", ", options.Node.Peers) : "this node alone")}",
        $"  Log:             {LogPath(options)}",
        "Type help for the commands, exit to stop the node.",
    ];
}
