using Lutra.Tls;

namespace Lutra;

/// <summary>Everything that can be chosen about a node, with its default, its unit and its reason.</summary>
public sealed record LutraNodeOptions
{
    /// <summary>The node's label: an integer, or a name of letters, digits, '.', '_' and '-'. Names its folder below <see cref="Directory"/>. Option: --id.</summary>
    public string Label { get; init; } = "1";

    /// <summary>Whether a person chose the label: only a chosen label is held against what others say.</summary>
    public bool LabelGiven { get; init; }

    /// <summary>A name that all members share, so that two clusters do not meet by mistake. Option: --cluster.</summary>
    public string ClusterName { get; init; } = "1";

    /// <summary>The folder that holds one folder per label. Option: --dir.</summary>
    public string Directory { get; init; } = "lutra-data";

    /// <summary>Where clients reach this node, as host:port. Option: --addr.</summary>
    public string Address { get; init; } = "localhost:2379";

    /// <summary>Where peers reach this node, where that differs from <see cref="Address"/>; null: the same. Option: --peer-addr.</summary>
    public string? PeerAddress { get; init; }

    /// <summary>The nodes that make up the cluster: id=host:port, host:port, or bare ids. Empty: a cluster of one. Option: --peers.</summary>
    public IReadOnlyList<string> Peers { get; init; } = [];

    /// <summary>Ask an existing cluster to take this node in. Option: --join.</summary>
    public bool Join { get; init; }

    /// <summary>Between a leader's heartbeats, in milliseconds; also the length of one tick. Shorter notices sooner and costs more. Option: --heartbeat-interval.</summary>
    public int HeartbeatIntervalMillis { get; init; } = 100;

    /// <summary>Without a leader for so long (up to twice as long, drawn each time), a node campaigns. At least 5 heartbeats. Option: --election-timeout.</summary>
    public int ElectionTimeoutMillis { get; init; } = 1000;

    /// <summary>After so long a request that was not answered ends as unknown (a write) or unavailable (a read). Option: --request-timeout.</summary>
    public int RequestTimeoutMillis { get; init; } = 7000;

    /// <summary>The most client requests inside the node at once; more are refused as overloaded.</summary>
    public int RequestsMax { get; init; } = 20_000;

    /// <summary>The most bytes of client requests inside the node at once.</summary>
    public long RequestBytesMax { get; init; } = 128L * 1024 * 1024;

    /// <summary>The most watches on this node at once.</summary>
    public int WatchesMax { get; init; } = 100_000;

    /// <summary>The size of a log segment, in bytes.</summary>
    public int SegmentSizeBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>A memtable of this size is written out, in bytes; also about the most that a restart replays.</summary>
    public int MemtableBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// The most that tables and memtables may take, in bytes, about: a node that leads takes nothing beyond it that needs room, until enough was deleted and compacted.
    /// 0: as much as the disk holds. The same on every node. Option: --quota.
    /// </summary>
    public long QuotaBytes { get; init; }

    /// <summary>The most bytes of committed entries that wait to be applied; beyond it this node takes no more entries.</summary>
    public long ApplyBacklogBytesMax { get; init; } = 64L * 1024 * 1024;

    /// <summary>
    /// The node itself listens on its peer address. False where a web server on the same address passes the peers' connections on
    /// (<see cref="LutraNode.AcceptPeerAsync"/>), and needless for a cluster of one.
    /// </summary>
    public bool ListenForPeers { get; init; }

    /// <summary>Where the node listens for peers, where that differs from the address that others are told; null: the same. Option: --peer-listen.</summary>
    public string? PeerListenAddress { get; init; }

    /// <summary>
    /// How peers prove to each other who they are, and who reads along. Null: they speak in the clear. Where a web server passes peers on, it verifies those that
    /// dialled. Option: --peer-cert-file.
    /// </summary>
    public PeerTlsOptions? PeerTls { get; init; }

    /// <summary>How slow passwords are to try, as a power of two, from 4 to 31: at 10 one try takes some tens of milliseconds. Option: --bcrypt-cost.</summary>
    public int BcryptCost { get; init; } = 10;

    /// <summary>A token that nobody has used at this node for so long is void here, in seconds. Option: --auth-token-ttl.</summary>
    public int TokenTtlSeconds { get; init; } = 300;

    internal NodeTuning Tuning { get; init; } = new();

    public string EffectivePeerAddress => PeerAddress ?? Address;

    public int ElectionTicks => ElectionTimeoutMillis / HeartbeatIntervalMillis;

    /// <summary>Everything that is wrong, a line each, naming the option and the value; empty where all is well.</summary>
    public IReadOnlyList<string> Errors()
    {
        var errors = new List<string>();
        if (Node.Identity.Label.TryParse(Label, out var labelFault) is null)
            Wrong("--id", Label, labelFault!);
        if (Node.Formation.PeerAddress.TryParse(Address, out var addressFault) is null)
            Wrong("--addr", Address, addressFault!);
        if (PeerAddress is not null && Node.Formation.PeerAddress.TryParse(PeerAddress, out var peerFault) is null)
            Wrong("--peer-addr", PeerAddress, peerFault!);
        Check(HeartbeatIntervalMillis is >= 10 and <= 10_000, "--heartbeat-interval", HeartbeatIntervalMillis, "must be from 10 to 10000 milliseconds");
        Check(
            ElectionTimeoutMillis >= 5 * HeartbeatIntervalMillis && ElectionTimeoutMillis <= 60_000, "--election-timeout", ElectionTimeoutMillis,
            $"must be at least 5 times --heartbeat-interval ({HeartbeatIntervalMillis}) and at most 60000 milliseconds");
        Check(RequestTimeoutMillis is >= 100 and <= 600_000, "--request-timeout", RequestTimeoutMillis, "must be from 100 to 600000 milliseconds");
        Check(BcryptCost is >= 4 and <= 31, "--bcrypt-cost", BcryptCost, "must be from 4 to 31");
        Check(TokenTtlSeconds >= 1, "--auth-token-ttl", TokenTtlSeconds, "must be at least 1 second");
        Check(QuotaBytes >= 0, "--quota", QuotaBytes, "must not be negative");
        Check(ClusterName.Length is > 0 and <= 64, "--cluster", ClusterName, "must have from 1 to 64 characters");
        Check(Directory.Length > 0, "--dir", Directory, "must name a folder");
        return errors;

        void Check(bool holds, string option, object value, string rule)
        {
            if (!holds)
                errors.Add($"{option} is {value}, but {rule}.");
        }

        void Wrong(string option, string value, string fault) => errors.Add($"{option} is \"{value}\": {fault}.");
    }
}
