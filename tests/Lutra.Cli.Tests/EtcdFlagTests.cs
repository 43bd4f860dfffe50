using Lutra.Cli.Etcd;
using Lutra.Cli.Serve;
using Lutra.Server.Compaction;
using Microsoft.Extensions.Logging;

namespace Lutra.Cli.Tests;

public sealed class EtcdFlagTests : IDisposable
{
    private static readonly Dictionary<string, string> Nothing = [];

    private readonly string folder = Directory.CreateTempSubdirectory("lutra-etcd-flags-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    // etcd 3.6.14's own list (reference, server, section 4).
    private static readonly string[] FlagsOf36 =
    [
        "name", "data-dir", "wal-dir", "listen-peer-urls", "listen-client-urls", "listen-client-http-urls", "listen-metrics-urls", "initial-advertise-peer-urls",
        "advertise-client-urls", "initial-cluster", "initial-cluster-state", "initial-cluster-token", "discovery", "discovery-srv", "discovery-srv-name",
        "heartbeat-interval", "election-timeout", "initial-election-tick-advance", "pre-vote", "strict-reconfig-check", "max-learners", "snapshot-count",
        "snapshot-catchup-entries", "max-snapshots", "max-wals", "quota-backend-bytes", "backend-batch-interval", "backend-batch-limit",
        "backend-bbolt-freelist-type", "max-txn-ops", "max-request-bytes", "max-concurrent-streams", "grpc-keepalive-min-time", "grpc-keepalive-interval",
        "grpc-keepalive-timeout", "auto-compaction-mode", "auto-compaction-retention", "enable-grpc-gateway", "cors", "host-whitelist", "cert-file", "key-file",
        "trusted-ca-file", "client-cert-auth", "client-crl-file", "client-cert-allowed-hostname", "auto-tls", "peer-cert-file", "peer-key-file",
        "peer-trusted-ca-file", "peer-client-cert-auth", "peer-crl-file", "peer-cert-allowed-cn", "peer-cert-allowed-hostname", "peer-auto-tls",
        "peer-skip-client-san-verification", "client-cert-file", "client-key-file", "peer-client-cert-file", "peer-client-key-file", "cipher-suites",
        "tls-min-version", "tls-max-version", "self-signed-cert-validity", "auth-token", "auth-token-ttl", "bcrypt-cost", "logger", "log-level", "log-outputs",
        "log-format", "enable-log-rotation", "log-rotation-config-json", "enable-pprof", "metrics", "watch-progress-notify-interval", "warning-apply-duration",
        "warning-unary-request-duration", "corrupt-check-time", "compact-hash-check-time", "compaction-batch-limit", "compaction-sleep-interval",
        "bootstrap-defrag-threshold-megabytes", "downgrade-check-time", "socket-reuse-port", "socket-reuse-address", "raft-read-timeout", "raft-write-timeout",
        "memory-mlock", "unsafe-no-fsync", "force-new-cluster", "enable-distributed-tracing", "distributed-tracing-address", "distributed-tracing-service-name",
        "distributed-tracing-instance-id", "distributed-tracing-sampling-rate", "feature-gates", "v2-deprecation",
        "experimental-initial-corrupt-check", "experimental-watch-progress-notify-interval", "experimental-compact-hash-check-enabled",
        "experimental-compact-hash-check-time", "experimental-corrupt-check-time", "experimental-compaction-batch-limit", "experimental-warning-apply-duration",
        "experimental-peer-skip-client-san-verification", "experimental-memory-mlock", "experimental-bootstrap-defrag-threshold-megabytes",
        "experimental-enable-lease-checkpoint", "experimental-enable-lease-checkpoint-persist", "experimental-stop-grpc-service-on-defrag",
        "experimental-txn-mode-write-with-shared-buffer", "experimental-enable-distributed-tracing",
    ];

    private static (ServeOptions Options, List<string> Errors, List<string> Notes) Parse(string line, IReadOnlyDictionary<string, string>? environment = null)
    {
        List<string> errors = [], notes = [];
        var options = EtcdCommand.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), environment ?? Nothing, notes.Add, errors);
        return (options, errors, notes);
    }

    private static ServeOptions Options(string line)
    {
        var (options, errors, notes) = Parse(line);
        Assert.True(errors.Count == 0, string.Join('\n', errors));
        Assert.Empty(notes);
        return options;
    }

    [Fact]
    public void Every_flag_of_etcd_has_a_row_and_says_what_it_is_here()
    {
        foreach (var name in FlagsOf36)
            Assert.True(EtcdCommand.Find(name) is { Here.Length: > 0 }, $"--{name} has no row.");
        Assert.Equal(EtcdFlags.All.Count, EtcdFlags.All.Select(flag => flag.Name).Distinct().Count());
    }

    [Fact]
    public void No_flag_is_passed_over_whatever_its_value()
    {
        // A value that is none is refused by every flag that takes one in.
        foreach (var flag in EtcdFlags.All.Where(flag => flag.Name is not ("name" or "data-dir" or "initial-cluster-token") && !flag.Name.EndsWith("-file", StringComparison.Ordinal)
            && !flag.Name.StartsWith("peer-cert-allowed", StringComparison.Ordinal)))
        {
            var (_, errors, _) = Parse($"--{flag.Name}=£");
            Assert.True(errors.Count > 0, $"--{flag.Name} was passed over.");
            Assert.All(errors.Take(1), error => Assert.Contains(flag.Name, error, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void The_table_in_the_documents_is_the_one_in_the_program()
    {
        var file = Path.Combine(Repository(), "docs", "etcd.md");
        var text = File.ReadAllText(file);
        const string begin = "<!-- flags: written by LUTRA_REWRITE=1 dotnet test tests/Lutra.Cli.Tests --filter EtcdFlag -->\n", end = "<!-- end of flags -->";
        var table = "| option | here |\n| --- | --- |\n" + string.Concat(EtcdFlags.All.Select(flag => $"| `--{flag.Name}` | {flag.Here} |\n"));
        var (from, to) = (text.IndexOf(begin, StringComparison.Ordinal) + begin.Length, text.IndexOf(end, StringComparison.Ordinal));
        Assert.True(from <= to);
        if (Environment.GetEnvironmentVariable("LUTRA_REWRITE") == "1")
            File.WriteAllText(file, text[..from] + table + text[to..]);
        else
            Assert.Equal(table, text[from..to]);
    }

    [Fact]
    public void The_flags_of_a_unit_file_make_a_node_of_a_cluster()
    {
        var options = Options(
            "--name=b --data-dir /var/lib/etcd --listen-client-urls=http://10.0.0.2:2379,http://127.0.0.1:2379 --advertise-client-urls http://10.0.0.2:2379 "
            + "--listen-peer-urls=http://10.0.0.2:2380 -initial-advertise-peer-urls=http://10.0.0.2:2380 --initial-cluster-state new --initial-cluster-token=t "
            + "--initial-cluster a=http://10.0.0.1:2380,b=http://10.0.0.2:2380,c=http://10.0.0.3:2380 --heartbeat-interval=200 --election-timeout 2000 "
            + "--snapshot-count=10000 --auto-compaction-retention=8 --max-txn-ops=64 --max-request-bytes 1048576 --log-level=warn --pre-vote --strict-reconfig-check=true "
            + "--listen-metrics-urls http://127.0.0.1:2381 --watch-progress-notify-interval=5s --feature-gates=InitialCorruptCheck=true --quota-backend-bytes=8589934592");
        var node = options.Node;
        Assert.Equal(("b", "/var/lib/etcd", "10.0.0.2:2379", "10.0.0.2:2380", "t"), (node.Label, node.Directory, node.Address, node.PeerAddress, node.ClusterName));
        Assert.Equal("a=10.0.0.1:2380 b=10.0.0.2:2380 c=10.0.0.3:2380", string.Join(' ', node.Peers));
        Assert.True(node is { Join: false, ListenForPeers: true, PeerListenAddress: "10.0.0.2:2380", HeartbeatIntervalMillis: 200, ElectionTimeoutMillis: 2000 });
        Assert.Equal((8_589_934_592, 0, 0), (node.QuotaBytes, Options("--quota-backend-bytes=0").Node.QuotaBytes, Options("--quota-backend-bytes=-1").Node.QuotaBytes));
        Assert.Equal("10.0.0.2:2379", options.ListenAddress);
        Assert.Equal("127.0.0.1:2379", options.Faces.MoreAddresses.Single());
        Assert.Equal("127.0.0.1:2381", options.Faces.MetricsAddresses.Single());
        Assert.Equal(new AutoCompactionOptions { Period = TimeSpan.FromHours(8) }, options.Faces.Compaction);
        Assert.Equal((64, 1_048_576, TimeSpan.FromSeconds(5)), (options.Faces.Etcd.TransactionOperationsMax, options.Faces.Etcd.RequestSizeBytesMax, options.Faces.Etcd.WatchProgressInterval));
        Assert.Equal((LogLevel.Warning, true, true), (options.Faces.LogLevel, options.LogJson, options.InsecureListen));
    }

    [Fact]
    public void Without_flags_it_is_a_cluster_of_one_at_etcds_addresses()
    {
        var options = Options("");
        Assert.Equal(("default", "default.etcd", "localhost:2379", "localhost:2380"), (options.Node.Label, options.Node.Directory, options.Node.Address, options.Node.PeerAddress));
        Assert.Empty(options.Node.Peers);
        Assert.Null(options.Faces.Compaction);
    }

    [Fact]
    public void An_existing_cluster_is_joined_and_one_address_may_serve_all()
    {
        var options = Options(
            "--name d --initial-cluster a=http://h:1,d=http://localhost:5 --initial-cluster-state existing --listen-client-urls=http://localhost:5 "
            + "--advertise-client-urls=http://localhost:5 --listen-peer-urls=http://localhost:5 --initial-advertise-peer-urls=http://localhost:5");
        Assert.True(options.Node is { Join: true, PeerAddress: null, ListenForPeers: false });
    }

    [Theory]
    [InlineData("--listen-client-urls=http://localhost:1", "--advertise-client-urls is required when --listen-client-urls is set explicitly.")]
    [InlineData("--advertise-client-urls=https://localhost:1", "there is no certificate")]
    [InlineData("--advertise-client-urls=http://localhost", "must be a URL such as")]
    [InlineData("--advertise-client-urls=unix://etcd.sock:0", "there are no unix sockets here")]
    [InlineData("--initial-cluster=x=http://localhost:2380", "does not name this node")]
    [InlineData("--initial-cluster=default=http://localhost:1", "has another URL for default")]
    [InlineData("--initial-cluster=default=http://localhost:2380,default=http://localhost:2", "names default twice")]
    [InlineData("--initial-cluster-state=old", "must be new or existing")]
    [InlineData("--wal-dir=/fast", "the log lies beside the tables")]
    [InlineData("--unsafe-no-fsync", "/dev/shm")]
    [InlineData("--pre-vote=false", "here it can only be \"true\"")]
    [InlineData("--feature-gates=CompactHashCheck=true", "here it is always false")]
    [InlineData("--auto-compaction-retention=soon", "must be a number of hours")]
    [InlineData("--auto-compaction-retention=2147483647", "must be a number of hours")]
    [InlineData("--quota-backend-bytes=8GB", "must be a number of bytes")]
    [InlineData("--nonsense=1", "--nonsense is no option of etcd 3.6.")]
    [InlineData("serve", "\"serve\" is no option")]
    [InlineData("--name", "--name needs a value.")]
    public void What_cannot_be_is_refused_with_what_to_do(string line, string expected)
    {
        var (_, errors, _) = Parse(line);
        Assert.Contains(errors, error => error.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void Variables_stand_for_flags_and_both_at_once_are_refused()
    {
        var (options, errors, notes) = Parse(
            "--name=a", new Dictionary<string, string> { ["ETCD_DATA_DIR"] = "/d", ["ETCD_HEARTBEAT_INTERVAL"] = "", ["ETCD_WHATEVER"] = "1", ["ETCDCTL_API"] = "3" });
        Assert.Empty(errors);
        Assert.Equal("/d", options.Node.Directory);
        Assert.Contains("ETCD_WHATEVER", Assert.Single(notes), StringComparison.Ordinal);
        (_, errors, _) = Parse("--name=a", new Dictionary<string, string> { ["ETCD_NAME"] = "b" });
        Assert.Contains("ETCD_NAME and --name", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_says_everything_where_there_is_one()
    {
        var file = Path.Combine(folder, "etcd.yaml");
        File.WriteAllText(file, """
            # This is the configuration file for the etcd server.
            name: 'c'
            data-dir: "/data"   # where
            snapshot-count: 10000
            advertise-client-urls: https://localhost:2379
            listen-client-urls: https://localhost:2379
            listen-peer-urls: https://localhost:2380
            initial-advertise-peer-urls: https://localhost:2380
            initial-cluster:
            client-transport-security:
              cert-file: /c.pem
              key-file: /c.key
              client-cert-auth: true
              trusted-ca-file: /ca.pem
            peer-transport-security:
              cert-file: /p.pem
              key-file: /p.key
              client-cert-auth: true
              trusted-ca-file: /pca.pem
            log-outputs: [stderr]
            """);
        var (options, errors, notes) = Parse($"--config-file {file} --name=x");
        Assert.Empty(errors);
        Assert.Contains("--name is passed over", Assert.Single(notes), StringComparison.Ordinal);
        Assert.Equal(("c", "/data", "/c.pem", "/pca.pem"), (options.Node.Label, options.Node.Directory, options.Tls.Server!.Files.CertificateFile, options.Tls.Peers!.Files.TrustedCaFile));
        Assert.True(options.Tls.Server.ClientCertificateRequired);
        File.WriteAllText(file, "name: 'n'  # a '\ninitial-cluster-token: \"a #b's\" # c\ndata-dir: /bob's # d\n");
        options = Parse($"--config-file={file}").Options;
        Assert.Equal(("n", "a #b's", "/bob's"), (options.Node.Label, options.Node.ClusterName, options.Node.Directory));
        File.WriteAllText(file, "nonsense: 1\n- list\nname: a\nname: b\n");
        Assert.Equal(3, Parse($"--config-file={file}").Errors.Count);
    }

    [Fact]
    public void What_is_off_may_be_said_to_be_off()
    {
        var options = Options(
            "--client-cert-auth=false --peer-client-cert-auth=false --auto-tls=false --peer-auto-tls=false --force-new-cluster=false --debug=false --enable-v2=false "
            + "--discovery-fallback=proxy --proxy=off --proxy-read-timeout=0 --proxy-failure-wait=5000");
        Assert.True(options is { Tls: { Server: null, Peers: null } });
        Assert.Contains("lutra recover", Assert.Single(Parse("--force-new-cluster").Errors), StringComparison.Ordinal);
        Assert.Contains("--log-level=debug", Assert.Single(Parse("--debug=true").Errors), StringComparison.Ordinal);
        const string peers = " --peer-cert-file=/p.pem --peer-key-file=/p.key --peer-trusted-ca-file=/ca.pem --listen-peer-urls=https://localhost:2380 --initial-advertise-peer-urls=https://localhost:2380";
        Assert.Empty(Parse("--peer-client-cert-auth" + peers).Errors);
        Assert.Contains("always prove", Assert.Single(Parse("--peer-client-cert-auth=false" + peers).Errors), StringComparison.Ordinal);
        Assert.Contains("without --trusted-ca-file", Assert.Single(Parse("--client-cert-auth").Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_nothing_but_faults_is_not_told_as_a_whole()
    {
        var file = Path.Combine(folder, "faults.yaml");
        File.WriteAllText(file, string.Join('\n', Enumerable.Range(0, 1000).Select(number => $"none{number}: 1")));
        Assert.Equal(21, Parse($"--config-file={file}").Errors.Count);
        File.WriteAllText(file, $"log-outputs: {new string('[', 400_000)}{new string(']', 400_000)}");
        Assert.Contains("list that is none", Assert.Single(Parse($"--config-file={file}").Errors), StringComparison.Ordinal);
        Assert.Equal(21, Parse(string.Join(' ', Enumerable.Repeat("x", 1000))).Errors.Count);
        var (_, errors, _) = Parse($"--initial-cluster={string.Join(',', Enumerable.Repeat("x", 500))}");
        Assert.Equal("--initial-cluster lists more than 100 addresses.", Assert.Single(errors));
    }

    private static string Repository()
    {
        var at = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(at, "Lutra.slnx")))
            at = Path.GetDirectoryName(at)!;
        return at;
    }
}
