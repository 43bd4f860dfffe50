using System.Collections.Frozen;
using Lutra.Server.Auth;
using Lutra.Server.Etcd.Auth;
using Lutra.Server.Etcd.Cluster;
using Lutra.Server.Etcd.Grpc;
using Lutra.Server.Etcd.Health;
using Lutra.Server.Etcd.Kv;
using Lutra.Server.Etcd.Leases;
using Lutra.Server.Etcd.Locks;
using Lutra.Server.Etcd.Maintenance;
using Lutra.Server.Etcd.Reflection;
using Lutra.Server.Etcd.Watches;
using Lutra.Server.Watches;

namespace Lutra.Server.Etcd;

/// <summary>etcd's v3 API over a node: all methods that are served, by the paths they are called by.</summary>
internal sealed class EtcdFace
{
    // What a watch that has fallen behind reads at once, and a little more.
    private const int EncodedBytesMax = 512 * 1024;

    private readonly Func<LutraNode?> node;

    /// <param name="node">The node behind; null while it is none.</param>
    /// <param name="door">Finds out who calls.</param>
    /// <param name="hasTls">Whether clients reach this node, and as far as it knows every other, by TLS.</param>
    /// <param name="stopping">Cancelled when the host begins to stop: what would go on for ever ends then.</param>
    public EtcdFace(Func<LutraNode?> node, Doorkeeper door, EtcdFaceOptions options, bool hasTls, CancellationToken stopping)
    {
        UrlScheme = hasTls ? "https" : "http";
        this.node = node;
        Door = door;
        Options = options;
        Streams = new OpenStreams(stopping);
        Methods = AllMethods().ToFrozenDictionary(method => method.Path, StringComparer.Ordinal);
        Measures = new GrpcMeasures(Methods.Values, options.Time);
        Services = Methods.Keys.Select(ServiceOf).ToFrozenSet(StringComparer.Ordinal);
    }

    public Doorkeeper Door { get; }

    public EtcdFaceOptions Options { get; }

    /// <summary>What watches that want the same are told, for all streams.</summary>
    public EncodedBatches Batches { get; } = new(EncodedBytesMax);

    /// <summary>How members' addresses begin, as clients are told them.</summary>
    public string UrlScheme { get; }

    /// <summary>Cancelled when the server begins to stop.</summary>
    public CancellationToken Stopping => Streams.Leaving;

    public OpenStreams Streams { get; }

    public FrozenDictionary<string, EtcdMethod> Methods { get; }

    /// <summary>What was called of them over gRPC.</summary>
    public GrpcMeasures Measures { get; }

    /// <summary>The full names of the services that <see cref="Methods"/> belong to.</summary>
    public FrozenSet<string> Services { get; }

    public LutraNode? Node => node();

    /// <summary><c>package.Service</c> of a path.</summary>
    public static string ServiceOf(string path) => path[1..path.LastIndexOf('/')];

    private static IEnumerable<EtcdMethod> AllMethods() =>
    [
        .. KvService.Methods,
        .. WatchService.Methods,
        .. LeaseService.Methods,
        .. ClusterService.Methods,
        .. MaintenanceService.Methods,
        .. AuthService.Methods,
        .. LockService.Methods,
        .. ElectionService.Methods,
        .. HealthService.Methods,
        .. ReflectionService.Methods,
    ];
}
