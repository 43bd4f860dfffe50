using Lutra.Cli.Settings;
using Lutra.Server.Auth;

namespace Lutra.Cli.Serve;

/// <summary>What <c>lutra serve</c> was told: the node, and how it is served.</summary>
/// <param name="Interactive">Whether to read commands from standard input; null: where someone sits in front of it.</param>
/// <param name="WaitsForWrites">At that prompt: a put answers when it is done, not with a ticket.</param>
/// <param name="AddressNote">What was chosen about the address for the user; null where nothing was.</param>
/// <param name="Tls">How it speaks TLS, if it does.</param>
/// <param name="Faces">How it is served beyond its address.</param>
/// <param name="Auth">How users prove who they are.</param>
internal sealed record ServeOptions(
    LutraNodeOptions Node, string ListenAddress, bool InsecureListen, int RequestSizeBytesMax, bool LogJson, bool? Interactive, bool WaitsForWrites, string? AddressNote,
    ServeTls Tls, ServeFaces Faces, AuthOptions Auth)
{
    /// <summary>Other names of options, as other programs call them.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Aliases = new SortedDictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["id"] = ["--node-id", "-node-id", "-n"],
        ["addr"] = ["--http-addr", "-http-addr"],
        ["port"] = ["-p"],
        ["peers"] = ["-c"],
    };

    /// <summary>Every option by its name, with its help.</summary>
    public static readonly IReadOnlyList<(string Name, string Value, string Help)> All =
    [
        ("id", "LABEL", "This node's label: an integer or a name [default: 1]"),
        ("addr", "HOST:PORT", "Where clients and peers reach this node [default: localhost:2379]"),
        ("dir", "FOLDER", "The folder that holds one folder per label [default: ./lutra-data]"),
        ("peers", "LIST", "The nodes that make up the cluster: 1=host:port,2=host:port or host:port,host:port or 2,3 [default: none, a cluster of one]"),
        ("join", "true|false", "Join an existing cluster [default: false]"),
        ("cluster", "NAME", "A name that all nodes of the cluster share [default: 1]"),
        ("port", "PORT", "The same as --addr=localhost:PORT"),
        ("raft-addr", "HOST:PORT", "The same as --peer-addr; without --addr, clients are then served at localhost:8080 or the next free port"),
        ("sync", "true|false", "At the prompt, a put waits for its outcome; false: it returns a ticket at once and tells the outcome later [default: true]"),
        ("interactive", "true|false", "Read commands from standard input [default: in the foreground of a terminal]"),
        ("peer-addr", "HOST:PORT", "A separate address for peers [default: the same as --addr]"),
        ("peer-listen", "HOST:PORT", "Listen for peers here instead of at --peer-addr, which is then only what others are told; may be the address for clients"),
        ("listen", "HOST:PORT", "Listen here instead of at --addr, which is then only what others are told"),
        ("insecure-listen", "true|false", "Listen beyond this machine without TLS: anyone there can read and write everything [default: false]"),
        ("heartbeat-interval", "MILLISECONDS", "Between a leader's heartbeats [default: 100]"),
        ("election-timeout", "MILLISECONDS", "Without a leader for so long, a node campaigns [default: 1000]"),
        ("request-timeout", "MILLISECONDS", "The longest that a request waits [default: 7000]"),
        ("max-request-bytes", "BYTES", "The largest request over REST, from 1024 to 1572864 [default: 1572864]"),
        ("memtable-size", "BYTES", "A memtable of this size is written out; about what a restart replays [default: 16777216]"),
        ("quota", "BYTES", "The most that the store may take on disk and in memory, about; beyond it what needs room is refused until enough was deleted and compacted [default: 0, as much as the disk holds]"),
        ("segment-size", "BYTES", "The size of a log segment [default: 67108864]"),
        ("log-format", "plain|json", "How the log on standard error is written [default: plain]"),
        .. ServeFaces.All,
        .. ServeTls.All,
        .. ServeAuth.All,
    ];

    public static ServeOptions From(SettingSource source, List<string> errors)
    {
        var defaults = new LutraNodeOptions();
        var label = source.Find("id");
        var address = ServeAddress.From(source, defaults.Address, errors);
        var listen = source.Find("listen") is { } given ? given with { Text = ServeAddress.WithHost(given.Text) } : new Setting(address.Client, address.Origin);
        var peerListen = source.Find("peer-listen") is { } asked ? asked with { Text = ServeAddress.WithHost(asked.Text) } : null;
        var folder = source.Text("dir", defaults.Directory);
        string[] listed = source.Find("peers") is { } peers ? peers.Text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : [];
        var join = source.Flag("join", false);
        var tls = ServeTls.From(source, address.Client, address.Peer is null || peerListen?.Text == listen.Text, listed.Length > 0 || join, folder, label?.Text ?? defaults.Label, errors);
        var node = new LutraNodeOptions
        {
            Label = label?.Text ?? defaults.Label,
            LabelGiven = label is not null,
            ClusterName = source.Text("cluster", defaults.ClusterName),
            Directory = folder,
            Address = address.Client,
            PeerAddress = address.Peer,
            Peers = listed,
            Join = join,
            PeerTls = tls.Peers,
            BcryptCost = source.Number("bcrypt-cost", defaults.BcryptCost, 4, 31),
            TokenTtlSeconds = source.Number("auth-token-ttl", defaults.TokenTtlSeconds, 1, int.MaxValue),
            HeartbeatIntervalMillis = source.Number("heartbeat-interval", defaults.HeartbeatIntervalMillis, 10, 10_000),
            ElectionTimeoutMillis = source.Number("election-timeout", defaults.ElectionTimeoutMillis, 50, 60_000),
            RequestTimeoutMillis = source.Number("request-timeout", defaults.RequestTimeoutMillis, 100, 600_000),
            MemtableBytes = source.Number("memtable-size", defaults.MemtableBytes, 64 * 1024, 1024 * 1024 * 1024),
            QuotaBytes = source.Bytes("quota"),
            SegmentSizeBytes = source.Number("segment-size", defaults.SegmentSizeBytes, 4 * 1024 * 1024, 1024 * 1024 * 1024),
            PeerListenAddress = peerListen?.Text,
            ListenForPeers = address.Peer is not null && peerListen?.Text != listen.Text,
        };
        errors.AddRange(node.Errors());
        if (peerListen is not null && address.Peer is null)
            errors.Add($"{peerListen.Origin} says where to listen for peers, but they come to the address for clients: give --peer-addr, too, or --listen instead.");
        if (errors.Count == 0 && FaultOfListening(listen.Text) is { } fault)
            errors.Add($"{listen.Origin}: {fault}");
        if (errors.Count == 0 && peerListen is not null && FaultOfListening(peerListen.Text) is { } peerFault)
            errors.Add($"{peerListen.Origin}: {peerFault}");
        var logFormat = source.Text("log-format", "plain");
        if (logFormat is not ("plain" or "json"))
            errors.Add($"{source.Find("log-format")!.Origin} is \"{logFormat}\", but must be plain or json.");
        var requestSizeBytesMax = source.Number("max-request-bytes", LutraLimits.RequestSizeBytesMax, 1024, LutraLimits.RequestSizeBytesMax);
        return new ServeOptions(
            node,
            listen.Text,
            source.Flag("insecure-listen", false),
            requestSizeBytesMax,
            logFormat == "json",
            source.Find("interactive") is null ? null : source.Flag("interactive", true),
            source.Flag("sync", true),
            address.Note,
            tls,
            ServeFaces.From(source, requestSizeBytesMax, errors),
            ServeAuth.From(source, tls, errors));
    }

    internal static string? FaultOfListening(string address)
    {
        try
        {
            Server.Port.ListenAddress.Parse(address);
            return null;
        }
        catch (FormatException fault)
        {
            return fault.Message;
        }
    }
}
