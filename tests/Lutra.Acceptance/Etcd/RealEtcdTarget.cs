using System.Diagnostics;
using Lutra.Acceptance.Processes;

namespace Lutra.Acceptance.Etcd;

/// <summary>One member of etcd itself.</summary>
public sealed class RealEtcdTarget : EtcdTarget
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private string? folder;
    private string endpoint = "";
    private Process? process;

    public override IReadOnlyList<string> Endpoints => [endpoint];

    public override void Require()
    {
        Tools.Require("etcdctl");
        Tools.Require("etcd");
    }

    public override async ValueTask InitializeAsync()
    {
        if (!Tools.IsThere("etcdctl") || !Tools.IsThere("etcd"))
            return;
        folder = Directory.CreateTempSubdirectory("lutra-etcd-").FullName;
        endpoint = $"127.0.0.1:{LoopbackPorts.Next()}";
        var (client, peer) = ($"http://{endpoint}", $"http://127.0.0.1:{LoopbackPorts.Next()}");
        process = Process.Start(new ProcessStartInfo("etcd")
        {
            ArgumentList =
            {
                "--data-dir", folder, "--listen-client-urls", client, "--advertise-client-urls", client, "--listen-peer-urls", peer,
                "--initial-advertise-peer-urls", peer, "--initial-cluster", $"default={peer}", "--log-level", "error",
            },
        });
        using var http = new HttpClient();
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                if ((await http.GetStringAsync($"{client}/health")).Contains("true", StringComparison.Ordinal))
                    return;
            }
            catch (HttpRequestException) when (Stopwatch.GetElapsedTime(started) < Patience)
            {
                await Task.Delay(20);
            }
        }
    }

    public override ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        if (folder is not null)
            Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}

[CollectionDefinition(Name)]
public sealed class OnEtcd : ICollectionFixture<RealEtcdTarget>
{
    public const string Name = "etcdctl on etcd";
}
