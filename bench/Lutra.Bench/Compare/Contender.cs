using System.Globalization;

namespace Lutra.Bench.Compare;

/// <summary>A running cluster of one of the two systems, and what its processes use.</summary>
internal sealed class Contender(Child[] processes, int[] ports) : IDisposable
{
    public string Endpoints => string.Join(',', ports.Select(port => $"localhost:{port}"));

    /// <summary>Of all processes since their start.</summary>
    public TimeSpan CpuTime => TimeSpan.FromTicks(processes.Sum(one =>
    {
        one.Process.Refresh();
        return one.Process.TotalProcessorTime.Ticks;
    }));

    /// <summary>The most that the largest of them ever had in RAM.</summary>
    public long PeakBytes => processes.Max(one =>
    {
        one.Process.Refresh();
        return one.Process.PeakWorkingSet64;
    });

    public static async Task<Contender> LutraAsync(string lutra, string folder, int nodes)
    {
        int[] ports = [.. Enumerable.Range(0, nodes).Select(_ => Child.FreePort())];
        string[] peers = nodes == 1 ? [] : [$"--peers={string.Join(',', ports.Select((port, at) => $"{at + 1}=localhost:{port}"))}"];
        Child[] processes = [.. ports.Select((port, at) => new Child("dotnet", [lutra, "serve", $"--id={at + 1}", $"--addr=localhost:{port}", $"--dir={folder}", "--until-input-ends", .. peers]))];
        foreach (var port in ports)
            await Child.WaitForAsync($"http://localhost:{port}/readyz", TimeSpan.FromSeconds(60));
        return new Contender(processes, ports);
    }

    /// <summary>With its defaults, which sync each write, too.</summary>
    public static async Task<Contender> EtcdAsync(string folder, int nodes)
    {
        int[] ports = [.. Enumerable.Range(0, nodes).Select(_ => Child.FreePort())];
        int[] peers = [.. Enumerable.Range(0, nodes).Select(_ => Child.FreePort())];
        var cluster = string.Join(',', peers.Select((port, at) => string.Create(CultureInfo.InvariantCulture, $"n{at}=http://localhost:{port}")));
        Child[] processes = [.. ports.Select((port, at) => new Child(
            "etcd", "--name", $"n{at}", "--data-dir", Path.Combine(folder, $"n{at}"), "--log-level", "error",
            "--listen-client-urls", $"http://localhost:{port}", "--advertise-client-urls", $"http://localhost:{port}",
            "--listen-peer-urls", $"http://localhost:{peers[at]}", "--initial-advertise-peer-urls", $"http://localhost:{peers[at]}",
            "--initial-cluster", cluster, "--quota-backend-bytes", "8589934592"))];
        foreach (var port in ports)
            await Child.WaitForAsync($"http://localhost:{port}/health", TimeSpan.FromSeconds(60));
        return new Contender(processes, ports);
    }

    public void Dispose()
    {
        foreach (var one in processes)
            one.Dispose();
    }
}
