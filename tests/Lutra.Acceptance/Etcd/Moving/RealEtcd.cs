using System.Diagnostics;
using Lutra.Acceptance.Processes;

namespace Lutra.Acceptance.Etcd.Moving;

/// <summary>One member of etcd itself, in a folder of its own, empty or restored from a snapshot by etcdctl.</summary>
internal sealed class RealEtcd : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string folder = Directory.CreateTempSubdirectory("lutra-etcd-").FullName;
    private readonly string client = $"http://127.0.0.1:{LoopbackPorts.Next()}";
    private readonly string peer = $"http://127.0.0.1:{LoopbackPorts.Next()}";
    private Process? process;

    public Etcdctl Etcdctl => new([Address]);

    public string Address => client["http://".Length..];

    /// <summary>The database of the member, as it runs.</summary>
    public string DatabasePath => Path.Combine(Data, "member", "snap", "db");

    private string Data => Path.Combine(folder, "data");

    public static async Task<RealEtcd> StartAsync(string? snapshot = null)
    {
        Tools.Require("etcd");
        Tools.Require("etcdctl");
        var etcd = new RealEtcd();
        try
        {
            if (snapshot is not null)
            {
                await etcd.Etcdctl.PrintAsync(
                    "snapshot", "restore", snapshot, "--data-dir", etcd.Data, "--name", "1", "--initial-cluster", $"1={etcd.peer}", "--initial-advertise-peer-urls", etcd.peer);
            }
            await etcd.RunAsync();
            return etcd;
        }
        catch
        {
            etcd.Dispose();
            throw;
        }
    }

    /// <summary>As an operator does: what etcd has not written yet it writes then.</summary>
    public void Stop()
    {
        if (process is not null)
            Tool.Run("kill", "-TERM", $"{process.Id}");
        process?.WaitForExit();
        process?.Dispose();
        process = null;
    }

    public void Dispose()
    {
        Stop();
        Directory.Delete(folder, recursive: true);
    }

    private async Task RunAsync()
    {
        var start = new ProcessStartInfo("etcd");
        string[] arguments =
        [
            "--name", "1", "--data-dir", Data, "--log-level", "error", "--listen-client-urls", client, "--advertise-client-urls", client,
            "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", $"1={peer}",
        ];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        process = Process.Start(start)!;
        using var http = new HttpClient();
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync($"{client}/health");
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException) when (Stopwatch.GetElapsedTime(started) < Patience && !process.HasExited)
            {
                await Task.Delay(20);
            }
        }
    }
}
