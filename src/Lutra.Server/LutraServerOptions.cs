using Lutra.Server.Auth;
using Lutra.Server.Diagnostics;
using Lutra.Server.Etcd;
using Lutra.Server.Rest;
using Lutra.Server.Tls;
using Microsoft.Extensions.Logging;

namespace Lutra.Server;

/// <summary>Where and how a server listens.</summary>
public sealed record LutraServerOptions
{
    /// <summary>etcd's port, so that its clients find us where they look.</summary>
    public const int PortDefault = 2379;

    /// <summary><c>host:port</c>, as <see cref="Port.ListenAddress"/> takes it; port 0: any free one.</summary>
    public string Address { get; init; } = "localhost:2379";

    /// <summary>More addresses for clients, served in the same way.</summary>
    public IReadOnlyList<string> MoreAddresses { get; init; } = [];

    /// <summary>Addresses, always in the clear, at which there are only numbers and health: what probes and collectors ask.</summary>
    public IReadOnlyList<string> MetricsAddresses { get; init; } = [];

    /// <summary>Listen where other machines can reach it, without TLS. Off: anyone on the network could read and write everything.</summary>
    public bool InsecureListen { get; init; }

    /// <summary>How to speak TLS; null: in the clear.</summary>
    public ServerTlsOptions? Tls { get; init; }

    /// <summary>
    /// The most connections at once; one that speaks HTTP/2 counts twice. Each costs some tens of KiB. Null: 20,000, or as many as the system's limit of open
    /// files allows beside the node's own.
    /// </summary>
    public int? ConnectionsMax { get; init; }

    /// <summary>The most peer streams at once. A cluster has few peers; what is above them are streams that were broken and not yet noticed.</summary>
    public int PeerConnectionsMax { get; init; } = 256;

    /// <summary>How long a new connection may keep silent.</summary>
    public TimeSpan ClassifyTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many connections may be silent at once.</summary>
    public int UnclassifiedMax { get; init; } = 1000;

    /// <summary>How long requests may take to end when the server stops; then their connections are cut.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Where the server tells what it does; null: to standard error, as <see cref="LogFormat"/> says.</summary>
    public ILoggerFactory? Logging { get; init; }

    public LogFormat LogFormat { get; init; } = LogFormat.Plain;

    public RestFaceOptions Rest { get; init; } = new();

    /// <summary>How callers prove who they are, where the store asks for users.</summary>
    public AuthOptions Auth { get; init; } = new();

    public EtcdFaceOptions Etcd { get; init; } = new();

    /// <summary>
    /// The node that answers etcd's API, which asks more than a store knows, and that knows the users; null: the store that is served, where it is a node of this
    /// process.
    /// </summary>
    public Func<LutraNode?>? EtcdNode { get; init; }
}
