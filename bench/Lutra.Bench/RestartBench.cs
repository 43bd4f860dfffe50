using System.Diagnostics;
using System.Text;

namespace Lutra.Bench;

/// <summary>From exec to the first linearizable read, on a folder with 500,000 keys.</summary>
internal static class RestartBench
{
    private const int Keys = 500_000;

    public static async Task<int> RunAsync(string lutra)
    {
        var folder = Directory.CreateTempSubdirectory("lutra-bench-").FullName;
        try
        {
            await FillAsync(folder);
            for (var round = 0; round < 3; round++)
                await RestartAsync(lutra, folder);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task FillAsync(string folder)
    {
        await using var node = await LutraNode.StartAsync(new LutraNodeOptions { Directory = folder });
        await node.WaitUntilReadyAsync();
        var next = -1;
        var value = Encoding.ASCII.GetBytes(new string('v', 100));
        await Task.WhenAll(Enumerable.Range(0, 256).Select(_ => Task.Run(async () =>
        {
            for (var number = Interlocked.Increment(ref next); number < Keys; number = Interlocked.Increment(ref next))
                await node.PutAsync(new PutOperation(Encoding.ASCII.GetBytes($"key/{number:d7}"), value));
        })));
    }

    private static async Task RestartAsync(string lutra, string folder)
    {
        var port = Child.FreePort();
        var started = Stopwatch.GetTimestamp();
        using var child = new Child("dotnet", lutra, "serve", $"--addr=localhost:{port}", $"--dir={folder}", "--until-input-ends");
        await Child.WaitForAsync($"http://localhost:{port}/key/key/0499999", TimeSpan.FromSeconds(30));
        var took = Stopwatch.GetElapsedTime(started);
        var replayed = child.Errors.FirstOrDefault(line => line.Contains("to apply again", StringComparison.Ordinal)) ?? "";
        Console.WriteLine($"{Keys} keys: first linearizable read {took.TotalMilliseconds:F0} ms after exec (limit: 2000 ms)   {replayed[(replayed.IndexOf(':', StringComparison.Ordinal) + 1)..]}");
    }
}
