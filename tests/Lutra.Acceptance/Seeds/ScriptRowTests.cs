using System.Diagnostics;
using Lutra.Acceptance.Processes;

namespace Lutra.Acceptance.Seeds;

/// <summary>The scripts that start and check a cluster, as they are in the repository, with the program of this test in the place of the one that they would build.</summary>
public sealed class ScriptRowTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(120);
    private readonly string folder = Directory.CreateTempSubdirectory("lutra-acceptance-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Row_1_18_1_19_2_10_and_2_11_a_cluster_is_started_checked_through_every_node_and_stopped()
    {
        Tools.Require("bash");
        Prepare();
        int[] ports = [LoopbackPorts.Next(), LoopbackPorts.Next(), LoopbackPorts.Next()];
        var servers = string.Join(',', ports.Select(port => $"localhost:{port}"));
        using var cluster = Script("start-cluster.sh", [], string.Join(' ', ports));
        try
        {
            var ready = await RunAsync("shell", servers, "put ready yes\n");
            Assert.Equal((0, "OK"), ready);

            using var check = Script("test-cluster.sh", [servers], "");
            var said = await check.StandardOutput.ReadToEndAsync().WaitAsync(Soon);
            Assert.Contains("All checks passed.", said, StringComparison.Ordinal);
            await check.WaitForExitAsync().WaitAsync(Soon);
            Assert.Equal(0, check.ExitCode);

            // One node of the list is none: the check fails, and says which.
            using var wrong = Script("test-cluster.sh", [$"localhost:{ports[0]},localhost:{LoopbackPorts.Next()}"], "");
            Assert.Contains("FAILED", await wrong.StandardOutput.ReadToEndAsync().WaitAsync(Soon), StringComparison.Ordinal);
            await wrong.WaitForExitAsync().WaitAsync(Soon);
            Assert.Equal(1, wrong.ExitCode);
        }
        finally
        {
            Process.Start("kill", ["-TERM", $"{cluster.Id}"]).WaitForExit();
            await cluster.WaitForExitAsync().WaitAsync(Soon);
        }

        Assert.Equal(0, cluster.ExitCode);
        Assert.NotEqual(0, (await RunAsync("shell", servers, "get ready\n")).ExitCode);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string command, string servers, string lines)
    {
        using var run = LutraProcess.Start(command, servers, "--timeout", "20");
        await run.WriteAsync(lines);
        run.EndInput();
        await run.ExitedAsync(Soon);
        return (run.ExitCode, run.Output);
    }

    private Process Script(string name, string[] arguments, string ports)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true };
        foreach (var word in (string[])[Path.Combine(folder, "scripts", name), .. arguments])
            start.ArgumentList.Add(word);
        start.Environment["LUTRA_PORTS"] = ports;
        start.Environment["LUTRA_DIR"] = Path.Combine(folder, "data");
        return Process.Start(start) ?? throw new InvalidOperationException("No process was started.");
    }

    private void Prepare()
    {
        var scripts = Path.Combine(Repository.Root(), "scripts");
        Directory.CreateDirectory(Path.Combine(folder, "scripts"));
        foreach (var name in (string[])["start-cluster.sh", "test-cluster.sh"])
            File.Copy(Path.Combine(scripts, name), Path.Combine(folder, "scripts", name));
        var program = Path.Combine(folder, "lutra");
        File.WriteAllText(program, $"#!/bin/sh\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, "lutra.dll")}' \"$@\"\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
