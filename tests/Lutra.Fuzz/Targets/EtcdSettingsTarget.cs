using System.Text;
using Lutra.Cli.Etcd;

namespace Lutra.Fuzz.Targets;

/// <summary>etcd's options. The first letter says how they come: f by a file of YAML, e by the environment, a line each, a on the command line, a word a line.</summary>
internal sealed class EtcdSettingsTarget : FuzzTarget
{
    private static readonly string[] examples =
    [
        "f# a member\nname: 'one'\ndata-dir: /tmp/data\nlisten-client-urls: http://localhost:2379,http://127.0.0.1:2379\nadvertise-client-urls: \"http://localhost:2379\"\n"
            + "client-transport-security:\n  cert-file: a.pem\n  key-file: b.pem\n  client-cert-auth: true\npeer-transport-security:\n  allowed-cn: peer # who\n",
        "f---\nname: one\nlog-outputs: [default]\nheartbeat-interval: 100\nauto-compaction-retention: '1'\ninitial-cluster: one=http://localhost:2380\n",
        "a--name\none\n--data-dir=d\n-listen-client-urls\nhttp://localhost:1\n--advertise-client-urls=http://localhost:1\n--pre-vote\n--initial-cluster-state=existing",
        "a--quota-backend-bytes\n0\n--auth-token=simple\n--snapshot-count=1000\n--max-request-bytes=1000\n--watch-progress-notify-interval=5s",
        "eETCD_NAME=one\nETCD_DATA_DIR=d\nETCD_INITIAL_CLUSTER=one=http://localhost:2380,two=http://localhost:2381\nETCD_LOG_LEVEL=debug\nETCD_UNKNOWN=1",
    ];

    public override string Name => "settings.etcd";

    public override int Share => 1;

    public override IReadOnlyList<string> Words { get; } =
    [
        "\n", ": ", "- ", "#", "'", "\"", "[", "]", "[[", ",", "=", "null", "~", "  ", "\t", "---", "name", "--config-file", "client-transport-security:\n", "  ca-file: x\n", "true", "http://", "https://a:1", "unix://",
        "peer-auto-tls: true\n", "feature-gates: ", "--experimental-", "ETCD_", "jwt,", "9223372036854775808", "-1", "1h",
    ];

    public override byte[] Example(Random random) => Encoding.UTF8.GetBytes(examples[random.Next(examples.Length)]);

    public override void Parse(byte[] input)
    {
        if (input.Length == 0)
            return;
        var text = Bed(() => Encoding.UTF8.GetString(input.AsSpan(1)));
        var errors = new List<string>();
        switch (input[0])
        {
            case (byte)'f':
                ParseFile(input, errors);
                break;
            case (byte)'a':
                // A file that is named is another input.
                var arguments = Bed(() => text.Split('\n'));
                if (!text.Contains("file", StringComparison.Ordinal) && !text.Contains("key", StringComparison.Ordinal))
                    EtcdCommand.Parse(arguments, new Dictionary<string, string>(), static _ => { }, errors);
                break;
            default:
                var variables = Bed(() => text.Split('\n').Select(line => line.Split('=', 2)).DistinctBy(line => line[0]).ToDictionary(line => line[0], line => line[^1]));
                if (!text.Contains("FILE", StringComparison.Ordinal) && !text.Contains("key", StringComparison.Ordinal))
                    EtcdCommand.Parse([], variables, static _ => { }, errors);
                break;
        }
    }

    public override bool IsDeclared(Exception exception) => false;

    private void ParseFile(byte[] input, List<string> errors)
    {
        var path = Path.Combine(Path.GetTempPath(), $"lutra-fuzz-etcd-{Environment.ProcessId}-{Environment.CurrentManagedThreadId}");
        try
        {
            Bed(() =>
            {
                File.WriteAllBytes(path, input[1..]);
                return true;
            });
            var given = EtcdConfigFile.Read(path, errors);
            Require(given.Keys.All(name => EtcdCommand.Find(name) is not null), "an option that there is not");
        }
        finally
        {
            File.Delete(path);
        }
    }
}
