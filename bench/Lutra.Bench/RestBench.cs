namespace Lutra.Bench;

/// <summary>Three nodes on this machine over REST, beside a bare Kestrel echo: the same load generator, body and number of connections, in turn.</summary>
internal static class RestBench
{
    private const int Connections = 64;
    private const int BodyBytes = 256;
    private const int Rounds = 3;
    private static readonly TimeSpan For = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(string lutra)
    {
        var folder = Directory.CreateTempSubdirectory("lutra-bench-").FullName;
        var body = new byte[BodyBytes];
        Array.Fill(body, (byte)'v');
        var ports = Enumerable.Range(0, 3).Select(_ => Child.FreePort()).ToArray();
        var echoPort = Child.FreePort();
        var peers = string.Join(',', ports.Select((port, at) => $"{at + 1}=localhost:{port}"));
        var children = new List<Child> { new(typeof(RestBench).Assembly.Location, "echo", $"{echoPort}") };
        try
        {
            for (var at = 0; at < ports.Length; at++)
                children.Add(new Child("dotnet", lutra, "serve", $"--id={at + 1}", $"--addr=localhost:{ports[at]}", $"--dir={folder}", $"--peers={peers}", "--until-input-ends"));
            foreach (var port in ports)
                await Child.WaitForAsync($"http://localhost:{port}/readyz", TimeSpan.FromSeconds(30));

            await HttpLoad.PutAsync([echoPort], Connections, body, TimeSpan.FromSeconds(3));
            await HttpLoad.PutAsync(ports, Connections, body, TimeSpan.FromSeconds(5));
            var ratios = new List<double>();
            for (var round = 0; round < Rounds; round++)
            {
                var echo = await HttpLoad.PutAsync([echoPort], Connections, body, For);
                var three = await HttpLoad.PutAsync(ports, Connections, body, For);
                ratios.Add(three.PerSecond / echo.PerSecond);
                Console.WriteLine(
                    $"echo {echo.PerSecond,8:F0}/s median {echo.Latency.Median,6:F0} us   three nodes {three.PerSecond,8:F0}/s median {three.Latency.Median,6:F0} us"
                    + $" p99 {three.Latency.P99,6:F0} us, {three.Failed} failed   ratio {ratios[^1]:F3}");
            }

            Console.WriteLine($"median ratio {ratios.Order().ElementAt(Rounds / 2):F3}   (limit 0.1, aim 0.15)");
            return 0;
        }
        finally
        {
            foreach (var child in children)
                child.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }
}
