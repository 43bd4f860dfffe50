using System.Diagnostics;
using Lutra.Acceptance.Processes;

namespace Lutra.Acceptance.Etcd;

/// <summary>Members of etcd itself, or of what is started as etcd is.</summary>
public abstract class RealEtcdTarget(int members) : EtcdTarget
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<Process> processes = [];
    private string[] endpoints = [];
    private string? folder;

    public override IReadOnlyList<string> Endpoints => endpoints;

    public override void Require()
    {
        Tools.Require("etcdctl");
        Tools.Require("etcd");
    }

    public override async ValueTask InitializeAsync()
    {
        if (!Tools.IsThere("etcdctl") || !IsThere)
            return;
        folder = Directory.CreateTempSubdirectory("lutra-etcd-").FullName;
        var program = Program(folder);
        endpoints = [.. Enumerable.Range(0, members).Select(_ => $"127.0.0.1:{LoopbackPorts.Next()}")];
        string[] peers = [.. Enumerable.Range(0, members).Select(_ => $"http://127.0.0.1:{LoopbackPorts.Next()}")];
        for (var member = 0; member < members; member++)
            processes.Add(Start(program, member, peers));
        using var http = new HttpClient();
        foreach (var endpoint in endpoints)
            await ReadyAsync(http, endpoint);
    }

    public override ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var process in processes)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        if (folder is not null)
            Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Whether it can be started at all.</summary>
    protected virtual bool IsThere => Tools.IsThere("etcd");

    /// <param name="folder">May hold it.</param>
    protected virtual string Program(string folder) => "etcd";

    private Process Start(string program, int member, string[] peers)
    {
        var client = $"http://{endpoints[member]}";
        return Process.Start(new ProcessStartInfo(program)
        {
            ArgumentList =
            {
                "--name", $"{member + 1}", "--data-dir", Path.Combine(folder!, $"{member + 1}"), "--log-level", "error", "--bcrypt-cost", "4",
                "--listen-client-urls", client, "--advertise-client-urls", client, "--listen-peer-urls", peers[member],
                "--initial-advertise-peer-urls", peers[member], "--initial-cluster", string.Join(',', peers.Select((peer, at) => $"{at + 1}={peer}")),
            },
        })!;
    }

    private static async Task ReadyAsync(HttpClient http, string endpoint)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync($"http://{endpoint}/health");
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException) when (Stopwatch.GetElapsedTime(started) < Patience)
            {
                await Task.Delay(20);
            }
        }
    }
}

public sealed class OneEtcd() : RealEtcdTarget(1);

public sealed class ThreeEtcds() : RealEtcdTarget(3);

[CollectionDefinition(Name)]
public sealed class OnEtcd : ICollectionFixture<OneEtcd>
{
    public const string Name = "etcdctl on a member of etcd";
}

[CollectionDefinition(Name)]
public sealed class OnThreeEtcds : ICollectionFixture<ThreeEtcds>
{
    public const string Name = "etcdctl on three members of etcd";
}
