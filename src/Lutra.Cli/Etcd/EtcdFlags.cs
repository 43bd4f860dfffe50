using static Lutra.Cli.Etcd.EtcdFlag;

namespace Lutra.Cli.Etcd;

/// <summary>Every option of etcd 3.6, those of 3.5 that manifests still carry, and what each is here.</summary>
internal static class EtcdFlags
{
    private const string NoFile = "there is no such file here; merges keep the tables in order by themselves";
    private const string Checked = "always so: every block and every log entry is checked when it is read";

    private static readonly string[] Tracing =
        ["distributed-tracing-address", "distributed-tracing-service-name", "distributed-tracing-instance-id", "distributed-tracing-sampling-rate"];

    public static IReadOnlyList<EtcdFlag> All { get; } =
    [
        // Who it is, and where its data lie.
        As("name", "id", "the node's label (`--id`) [`default`]"),
        As("data-dir", "dir", "the folder that holds the node's folder (`--dir`) [`NAME.etcd`]"),
        Refused("wal-dir", "the log lies beside the tables; mount a fast disk at --data-dir"),

        // Addresses.
        Url("listen-client-urls", "where clients are served, each with REST and gRPC; http:// beyond this machine counts as `--insecure-listen` [`http://localhost:2379`]"),
        Url("advertise-client-urls", "where clients reach this node (`--addr`); one [`http://localhost:2379`]"),
        Url("listen-peer-urls", "where peers are heard (`--peer-listen`); one; it may be a client URL [`http://localhost:2380`]"),
        Url("initial-advertise-peer-urls", "where peers reach this node (`--peer-addr`); one [`http://localhost:2380`]"),
        Url("listen-metrics-urls", "more addresses, for `/metrics`, `/health`, `/livez`, `/readyz` alone (`--listen-metrics`)"),
        Refused("listen-client-http-urls", "gRPC and HTTP share every client URL"),

        // The cluster.
        Url("initial-cluster", "the nodes that make up the cluster (`--peers`), NAME=URL each"),
        Url("initial-cluster-state", "`new`; `existing` joins, as `--join` does. Means nothing once the node belongs to a cluster, as in etcd"),
        As("initial-cluster-token", "cluster", "the cluster's name (`--cluster`) [`etcd-cluster`]"),
        .. new[]
        {
            "discovery", "discovery-proxy", "discovery-srv", "discovery-srv-name", "discovery-token", "discovery-endpoints",
            "discovery-dial-timeout", "discovery-request-timeout", "discovery-keepalive-time", "discovery-keepalive-timeout", "discovery-insecure-transport",
            "discovery-insecure-skip-tls-verify", "discovery-cert", "discovery-key", "discovery-cacert", "discovery-user", "discovery-password",
        }.Select(name => Refused(name, "list the nodes with --initial-cluster")),
        Only("discovery-fallback", ["exit", "proxy"], "either: there is no --discovery", "there is no --discovery."),
        Only("strict-reconfig-check", ["true"], "always so", "a change that would break the cluster is never made.", isSwitch: true),
        Only("max-learners", ["1"], "`1`", "members join one after the other."),
        Refused("force-new-cluster", "stop the node and use lutra recover", isSwitch: true),

        // Consensus.
        As("heartbeat-interval", "heartbeat-interval", "the same, in milliseconds [100]"),
        As("election-timeout", "election-timeout", "the same, in milliseconds [1000]"),
        Only("initial-election-tick-advance", ["true", "false"], "either: a node that starts hears of a leader before it campaigns", "", isSwitch: true),
        Only("pre-vote", ["true"], "always so", "no node disturbs a cluster that has a leader.", isSwitch: true),
        new("snapshot-count", false, "a number: taken, because every unit file has one; the log is cut when a memtable is on disk (`lutra serve --memtable-size`)", Number),
        new("snapshot-catchup-entries", false, "as `--snapshot-count`", Number),
        Only("max-snapshots", ["5", "0"], "`5`: snapshots are the tables themselves, and none is kept beside them", NoFile + "."),
        Only("max-wals", ["5", "0"], "`5`: log segments go as soon as the tables hold what is in them", NoFile + "."),
        Only("raft-read-timeout", ["5s"], "`5s`", "peers are given up by the election timeout."),
        Only("raft-write-timeout", ["5s"], "`5s`", "peers are given up by the election timeout."),

        // Limits.
        new("quota-backend-bytes", false, "the most that the store may take, in bytes (`lutra serve --quota`); 0 or less: none, as much as the disk holds [none]", Quota),
        As("max-txn-ops", "max-txn-ops", "the most operations of a transaction, up to 128 [128]"),
        As("max-request-bytes", "max-request-bytes", "the largest request, up to 1572864 [1572864]"),
        Refused("max-concurrent-streams", "a connection carries 20,000 calls"),
        Refused("grpc-keepalive-min-time", "who pings often is not sent away"),
        Refused("grpc-keepalive-interval", "the system's TCP keepalive finds dead clients"),
        Refused("grpc-keepalive-timeout", "the system's TCP keepalive finds dead clients"),
        Only("socket-reuse-port", ["false"], "`false`", "two processes cannot share an address.", isSwitch: true),
        Only("socket-reuse-address", ["false"], "`false`", "the runtime sets it where it helps.", isSwitch: true),

        // Compaction.
        As("auto-compaction-mode", "auto-compaction-mode", "`periodic` or `revision` [`periodic`]"),
        As("auto-compaction-retention", "auto-compaction-retention", "hours, a duration such as `5m`, or for `revision` a number of revisions [0: off]"),
        Refused("compaction-batch-limit", "merges remove what was compacted, a piece at a time"),
        Refused("compaction-sleep-interval", "merges remove what was compacted, a piece at a time"),
        Refused("backend-batch-interval", "writes that wait together share one sync"),
        Refused("backend-batch-limit", "writes that wait together share one sync"),
        Refused("backend-bbolt-freelist-type", NoFile),
        Only("bootstrap-defrag-threshold-megabytes", ["0"], "`0`", "there is nothing to defragment."),

        // TLS: the names are our own, too.
        .. new[] { "cert-file", "key-file", "trusted-ca-file" }.Select(name => As(name, name, "the same")),
        As("client-cert-auth", "client-cert-auth", "the same", isSwitch: true),
        As("auto-tls", "auto-tls", "a certificate made at the start, for peers too (with `--peer-auto-tls`)", isSwitch: true),
        .. new[] { "peer-cert-file", "peer-key-file", "peer-trusted-ca-file", "peer-cert-allowed-cn", "peer-cert-allowed-hostname" }.Select(name => As(name, name, "the same")),
        new("peer-client-cert-auth", true, "always so where peers have certificates", (settings, given) => settings.Urls["peer-client-cert-auth"] = given),
        new("peer-auto-tls", true, "with `--auto-tls`, which makes a certificate for both", (settings, given) => settings.Urls["peer-auto-tls"] = given),
        Refused("client-crl-file", "short-lived certificates; files are read anew when they change"),
        Refused("peer-crl-file", "short-lived certificates; files are read anew when they change"),
        Refused("client-cert-allowed-hostname", "give clients a CA of their own with --trusted-ca-file"),
        Refused("client-cert-file", "a node dials its peers with --peer-cert-file"),
        Refused("client-key-file", "a node dials its peers with --peer-key-file"),
        Refused("peer-client-cert-file", "a node dials its peers with --peer-cert-file"),
        Refused("peer-client-key-file", "a node dials its peers with --peer-key-file"),
        Only("peer-skip-client-san-verification", ["false"], "`false`", "--peer-cert-allowed-cn says which certificates peers may show.", isSwitch: true),
        Refused("cipher-suites", "those of the system's OpenSSL"),
        Only("tls-min-version", ["TLS1.2", ""], "`TLS1.2`", "which versions are spoken is the system's choice (OpenSSL's MinProtocol)."),
        Only("tls-max-version", [""], "empty", "which versions are spoken is the system's choice (OpenSSL's MaxProtocol)."),
        Only("self-signed-cert-validity", ["1"], "`1` year, and renewed before it ends", "the certificate of --auto-tls is renewed by itself."),

        // Users.
        .. new[] { "auth-token", "auth-token-ttl", "bcrypt-cost" }.Select(name => As(name, name, "the same")),

        // Over HTTP.
        Only("enable-grpc-gateway", ["true"], "always so", "the JSON gateway shares the address.", isSwitch: true),
        Only("cors", ["", "*"], "`*`: nothing is allowed to pages of other origins beyond reading what needs no rights", "a proxy in front of the node can allow it."),
        Only("host-whitelist", ["", "*"], "`*`", "a proxy in front of the node can do it."),
        Only("enable-pprof", ["false"], "`false`", "dotnet-trace and dotnet-counters look into a running node.", isSwitch: true),
        Only("metrics", ["basic", "extensive"], "either: everything is always counted, handling times included", "there are no others."),
        As("watch-progress-notify-interval", "watch-progress-interval", "a duration such as `5s` [`10m`]"),

        // The log.
        Only("logger", ["zap"], "`zap`", "there is one log, on standard error."),
        As("log-level", "log-level", "`debug`, `info`, `warn`, `error` [`info`]"),
        new("log-format", false, "`json`, or `console` for lines [`json`]", (settings, given) =>
            settings.Set("log-format", given with { Text = given.Text == "console" ? "plain" : given.Text })),
        Only("log-outputs", ["default", "stderr"], "`default` or `stderr`", "the log goes to standard error: redirect it."),
        Only("enable-log-rotation", ["false"], "`false`", "the log goes to standard error: journald or logrotate turn it.", isSwitch: true),
        Refused("log-rotation-config-json", "the log goes to standard error: journald or logrotate turn it"),
        Refused("warning-apply-duration", "/metrics has how long it takes"),
        Refused("warning-unary-request-duration", "/metrics has how long it takes"),
        Only("enable-distributed-tracing", ["false"], "`false`", "there is no tracing.", isSwitch: true),
        .. Tracing.Select(name => Refused(name, "there is no tracing")),

        // What is checked.
        Only("corrupt-check-time", ["0", "0s"], "`0s`; " + Checked, Checked + "."),
        Refused("compact-hash-check-time", Checked),
        Only("initial-corrupt-check", ["true", "false"], Checked, "", isSwitch: true),
        Only("downgrade-check-time", ["5s"], "`5s`", "the log's feature level guards what nodes of different versions do."),
        Only("memory-mlock", ["false"], "`false`", "limit what the system swaps instead (MemorySwapMax).", isSwitch: true),
        Only("unsafe-no-fsync", ["false"], "`false`", "what was acknowledged is on disk. For tests, keep the data in memory (/dev/shm).", isSwitch: true),
        new("feature-gates", false, "those that name what is always so (`InitialCorruptCheck=true`, `LeaseCheckpoint=true`, …); others are refused", EtcdFeatureGates.Take),
        Only("v2-deprecation", ["gone", "write-only-drop-data", "not-yet", "write-only"], "the v2 API is gone", "the v2 API is gone."),
        Only("enable-v2", ["false"], "the v2 API is gone", "the v2 API is gone.", isSwitch: true),

        // How 3.5 called them.
        .. Experimental(),
        Only("proxy", ["off"], "`off`", "the proxy of the v2 API is gone."),
        .. new[] { "failure-wait", "refresh-interval", "dial-timeout", "write-timeout", "read-timeout" }
            .Select(name => new EtcdFlag($"proxy-{name}", false, "a number: there is no `--proxy`", Number)),
        Refused("max-result-buffer", "it does nothing in etcd either"),
        Refused("peer-heartbeat-interval", "--heartbeat-interval"),
        Refused("peer-election-timeout", "--election-timeout"),
        Refused("snapshot", "it does nothing in etcd either", isSwitch: true),
        Refused("v", "--log-level=debug", isSwitch: true),
        Refused("vv", "--log-level=debug", isSwitch: true),
        Refused("debug", "--log-level=debug", isSwitch: true),
    ];

    private static EtcdFlag[] Experimental() =>
    [
        As("experimental-watch-progress-notify-interval", "watch-progress-interval", "as without `experimental-`"),
        Only("experimental-initial-corrupt-check", ["true", "false"], Checked, "", isSwitch: true),
        Only("experimental-corrupt-check-time", ["0", "0s"], "as without `experimental-`", Checked + "."),
        Only("experimental-compact-hash-check-enabled", ["false"], "`false`; " + Checked, Checked + ".", isSwitch: true),
        Refused("experimental-compact-hash-check-time", Checked),
        Refused("experimental-compaction-batch-limit", "merges remove what was compacted, a piece at a time"),
        Refused("experimental-compaction-sleep-interval", "merges remove what was compacted, a piece at a time"),
        Refused("experimental-warning-apply-duration", "/metrics has how long it takes"),
        Refused("experimental-warning-unary-request-duration", "/metrics has how long it takes"),
        Refused("experimental-downgrade-check-time", "the log's feature level guards what nodes of different versions do"),
        new("experimental-snapshot-catchup-entries", false, "as `--snapshot-count`", Number),
        Only("experimental-max-learners", ["1"], "`1`", "members join one after the other."),
        Only("experimental-peer-skip-client-san-verification", ["false"], "`false`", "--peer-cert-allowed-cn says which certificates peers may show.", isSwitch: true),
        Only("experimental-memory-mlock", ["false"], "`false`", "limit what the system swaps instead (MemorySwapMax).", isSwitch: true),
        Only("experimental-bootstrap-defrag-threshold-megabytes", ["0"], "`0`", "there is nothing to defragment."),
        Only("experimental-enable-lease-checkpoint", ["true"], "always so", "what a lease has left is always written down.", isSwitch: true),
        Only("experimental-enable-lease-checkpoint-persist", ["true"], "always so", "what a lease has left is always written down.", isSwitch: true),
        Only("experimental-stop-grpc-service-on-defrag", ["true", "false"], "either: defragmenting has nothing to do", "", isSwitch: true),
        Only("experimental-txn-mode-write-with-shared-buffer", ["true", "false"], "either: readers see what was written", "", isSwitch: true),
        Only("experimental-set-member-localaddr", ["false"], "`false`", "the system chooses where a connection comes from.", isSwitch: true),
        Refused("experimental-backend-bbolt-freelist-type", NoFile),
        Refused("experimental-enable-v2v3", "the v2 API is gone"),
        Only("experimental-enable-distributed-tracing", ["false"], "`false`", "there is no tracing.", isSwitch: true),
        .. Tracing.Select(name => Refused($"experimental-{name}", "there is no tracing")),
    ];

    private static void Number(EtcdSettings settings, Settings.Setting given)
    {
        if (!ulong.TryParse(given.Text, System.Globalization.CultureInfo.InvariantCulture, out _))
            settings.Refuse($"{given.Origin} is \"{given.Text}\", but must be a number.");
    }

    private static void Quota(EtcdSettings settings, Settings.Setting given)
    {
        if (!long.TryParse(given.Text, System.Globalization.CultureInfo.InvariantCulture, out var bytes))
            settings.Refuse($"{given.Origin} is \"{given.Text}\", but must be a number of bytes.");
        else if (bytes > 0)
            settings.Set("quota", given with { Text = bytes.ToString(System.Globalization.CultureInfo.InvariantCulture) });
    }
}
