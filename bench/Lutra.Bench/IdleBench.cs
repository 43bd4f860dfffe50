namespace Lutra.Bench;

/// <summary>What a node costs that has nothing to do.</summary>
internal static class IdleBench
{
    // The compiler's second thoughts about what ran at the start are over by then.
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan For = TimeSpan.FromSeconds(20);

    public static async Task<int> RunAsync(string lutra)
    {
        var folder = Directory.CreateTempSubdirectory("lutra-bench-").FullName;
        var ports = Enumerable.Range(0, 3).Select(_ => Child.FreePort()).ToArray();
        var peers = string.Join(',', ports.Select((port, at) => $"{at + 1}=localhost:{port}"));
        var children = ports.Select((port, at) => new Child(
            "dotnet",
            lutra, "serve", $"--id={at + 1}", $"--addr=localhost:{port}", $"--dir={folder}", $"--peers={peers}", "--until-input-ends")).ToArray();
        try
        {
            foreach (var port in ports)
                await Child.WaitForAsync($"http://localhost:{port}/readyz", TimeSpan.FromSeconds(30));
            await Task.Delay(Settle);
            var before = children.Select(Cpu).ToArray();
            await Task.Delay(For);
            for (var at = 0; at < children.Length; at++)
            {
                var share = (Cpu(children[at]) - before[at]) / For;
                children[at].Process.Refresh();
                Console.WriteLine(
                    $"node {at + 1}: {children[at].Process.WorkingSet64 / 1024.0 / 1024.0:F0} MiB resident (limit: 90), {share:P2} of a core (limit: 1%)");
            }

            return 0;
        }
        finally
        {
            foreach (var child in children)
                child.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static TimeSpan Cpu(Child child)
    {
        child.Process.Refresh();
        return child.Process.TotalProcessorTime;
    }
}
