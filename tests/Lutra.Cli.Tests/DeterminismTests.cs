using System.Diagnostics;

namespace Lutra.Cli.Tests;

/// <summary>The same seeds in two processes that differ in all that must not matter: collector, heap, threads, addresses (pitfall X06).</summary>
public sealed class DeterminismTests
{
    [Fact]
    public async Task X06_two_processes_give_the_same_bytes_under_different_garbage_collectors()
    {
        var plain = Run("--jobs=1", []);
        var other = Run("--jobs=3", [("DOTNET_gcServer", "1"), ("DOTNET_GCgen0size", "0x80000"), ("DOTNET_gcConcurrent", "0"), ("DOTNET_TieredCompilation", "0")]);
        var lines = await plain;
        Assert.True(lines.Length > 6, string.Join(Environment.NewLine, lines));
        Assert.Equal(lines[..6], (await other)[..6]);
    }

    private static async Task<string[]> Run(string jobs, (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        foreach (var argument in new[] { Path.Combine(AppContext.BaseDirectory, "lutra.dll"), "sim", "--seeds=6", "--seconds=8", "--fingerprints", jobs })
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return output.Split('\n');
    }
}
