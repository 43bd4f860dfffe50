using System.Globalization;

namespace Lutra.Bench.Load;

/// <summary>One node in a process of its own, and what it says of itself.</summary>
internal sealed class ServerProcess(Child child, int port) : IDisposable
{
    public int Port => port;

    /// <summary>What of it is in RAM.</summary>
    public long ResidentBytes
    {
        get
        {
            child.Process.Refresh();
            return child.Process.WorkingSet64;
        }
    }

    public TimeSpan CpuTime
    {
        get
        {
            child.Process.Refresh();
            return child.Process.TotalProcessorTime;
        }
    }

    /// <summary>How long its threads, all together, were ready to run while others had the cores. Linux only; elsewhere none.</summary>
    public TimeSpan WaitedForCores
    {
        get
        {
            if (!OperatingSystem.IsLinux())
                return TimeSpan.Zero;

            // Of each thread: nanoseconds on a core, nanoseconds waiting for one, slices.
            var nanos = 0L;
            foreach (var thread in Directory.EnumerateDirectories($"/proc/{child.Process.Id}/task"))
            {
                try
                {
                    nanos += long.Parse(File.ReadAllText(Path.Combine(thread, "schedstat")).Split(' ')[1], CultureInfo.InvariantCulture);
                }
                catch (IOException)
                {
                    // It has just ended.
                }
            }

            return TimeSpan.FromMicroseconds(nanos / 1000.0);
        }
    }

    /// <summary>Starts that many nodes in <paramref name="folder"/>, and returns when all answer.</summary>
    public static async Task<ServerProcess[]> StartAsync(string lutra, string folder, int nodes)
    {
        var ports = Enumerable.Range(0, nodes).Select(_ => Child.FreePort()).ToArray();
        string[] peers = nodes == 1 ? [] : [$"--peers={string.Join(',', ports.Select((port, at) => $"{at + 1}=localhost:{port}"))}"];
        var servers = ports.Select((port, at) => new ServerProcess(
            new Child("dotnet", [lutra, "serve", $"--id={at + 1}", $"--addr=localhost:{port}", $"--dir={folder}", .. peers, "--until-input-ends"]), port)).ToArray();
        foreach (var port in ports)
            await Child.WaitForAsync($"http://localhost:{port}/readyz", TimeSpan.FromSeconds(60));
        return servers;
    }

    /// <summary>The samples without labels of <c>GET /metrics</c>.</summary>
    public async Task<Dictionary<string, double>> MetricsAsync()
    {
        using var http = new HttpClient();
        var text = await http.GetStringAsync($"http://localhost:{port}/metrics");
        return text.Split('\n').Where(line => line.Length > 0 && line[0] != '#' && !line.Contains('{', StringComparison.Ordinal))
            .Select(line => line.Split(' ')).ToDictionary(words => words[0], words => double.Parse(words[1], CultureInfo.InvariantCulture));
    }

    public void Dispose() => child.Dispose();
}
