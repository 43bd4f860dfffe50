using System.Diagnostics;
using System.Text;
using Lutra.Acceptance.Processes;

namespace Lutra.Acceptance;

public sealed class DiskTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(8)]
    [InlineData(20)]
    public async Task D01_a_failed_sync_ends_the_process_with_the_file_and_the_error(int failing)
    {
        Tools.Require("strace");
        var folder = Directory.CreateTempSubdirectory("lutra-acceptance-").FullName;
        try
        {
            var port = LoopbackPorts.Next();
            using var node = LutraProcess.Under(
                ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", $"inject=fsync,fdatasync:error=EIO:when={failing}+"],
                "serve", $"--addr=localhost:{port}", $"--dir={folder}");
            await using var client = new Client.LutraClient(new Client.LutraClientOptions { Endpoints = [new Uri($"http://localhost:{port}")], Timeout = TimeSpan.FromSeconds(2) });
            var acknowledged = await WriteUntilExitAsync(node, client);
            Assert.NotEqual(0, node.ExitCode);
            Assert.Contains("Input/output error", node.Output, StringComparison.OrdinalIgnoreCase);
            Assert.Contains(folder, node.Output, StringComparison.Ordinal);

            // What was acknowledged before the error is there on a healthy disk.
            using var again = LutraProcess.Start("serve", $"--addr=localhost:{port}", $"--dir={folder}");
            await using var patient = new Client.LutraClient(new Client.LutraClientOptions { Endpoints = [new Uri($"http://localhost:{port}")], Timeout = TimeSpan.FromSeconds(120) });
            if (acknowledged > 0)
                Assert.NotNull(await patient.GetAsync($"key {acknowledged}"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task D09_a_full_disk_refuses_writes_serves_reads_and_goes_on_when_there_is_room()
    {
        using var disk = SmallDisk.Mount(megabytes: 48);
        var ballast = Path.Combine(disk.Path, "ballast");
        await File.WriteAllBytesAsync(ballast, new byte[20 * 1024 * 1024]);
        var port = LoopbackPorts.Next();
        using var node = LutraProcess.Start(
            "serve", $"--addr=localhost:{port}", $"--dir={disk.Path}", "--segment-size=4194304", "--memtable-size=1048576");
        await using var client = new Client.LutraClient(new Client.LutraClientOptions { Endpoints = [new Uri($"http://localhost:{port}")], Timeout = TimeSpan.FromSeconds(20) });
        await client.PutAsync("first", "otter");

        var value = Encoding.UTF8.GetBytes(new string('x', 64 * 1024));
        LutraException? refused = null;
        for (var number = 0; refused is null && number < 2000; number++)
        {
            try
            {
                await client.PutAsync(new PutOperation(Encoding.UTF8.GetBytes($"key {number}"), value));
            }
            catch (LutraException refusal) when (refusal.Error is LutraError.NoSpace or LutraError.OutcomeUnknown or LutraError.Unavailable)
            {
                refused = refusal.Error == LutraError.NoSpace ? refusal : null;
            }
        }

        Assert.NotNull(refused);
        Assert.False(node.HasExited, node.Output);
        Assert.NotNull(await client.GetAsync("first"));

        File.Delete(ballast);
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await client.PutAsync("after", "otter");
                break;
            }
            catch (LutraException refusal) when (refusal.Error == LutraError.NoSpace && Stopwatch.GetElapsedTime(started) < Soon)
            {
                await Task.Delay(50);
            }
        }

        Assert.NotNull(await client.GetAsync("after"));
        Assert.NotNull(await client.GetAsync("first"));
    }

    [Fact]
    public async Task A_flipped_byte_in_any_file_is_found_and_named_or_makes_no_difference()
    {
        await using var cluster = await RealCluster.StartAsync(1, "--memtable-size=65536", "--segment-size=4194304");
        var value = new string('v', 1000);
        for (var number = 0; number < 400; number++)
            await cluster.Client.PutAsync($"key {number}", $"{number} {value}");
        cluster.Process(0).Kill();

        var files = Directory.GetFiles(Path.Combine(cluster.Folder, "1"), "*", SearchOption.AllDirectories).Where(path => new FileInfo(path).Length > 0);
        foreach (var path in files.Order(StringComparer.Ordinal))
        {
            foreach (var share in (double[])[0.0, 0.02, 0.5])
                await FlipAsync(cluster, path, share);
        }
    }

    private static async Task FlipAsync(RealCluster cluster, string path, double share)
    {
        var whole = await File.ReadAllBytesAsync(path);
        var damaged = whole.ToArray();
        damaged[(int)((whole.Length - 1) * share)] ^= 0x10;
        await File.WriteAllBytesAsync(path, damaged);
        var name = Path.GetRelativePath(cluster.Folder, path);
        var port = LoopbackPorts.Next();
        using (var node = LutraProcess.Start("serve", "--id=1", $"--addr=localhost:{port}", $"--dir={cluster.Folder}", "--memtable-size=65536", "--segment-size=4194304"))
        {
            await using var client = new Client.LutraClient(new Client.LutraClientOptions { Endpoints = [new Uri($"http://localhost:{port}")], Timeout = TimeSpan.FromSeconds(3) });
            await CheckAsync(node, client, name);
        }

        await File.WriteAllBytesAsync(path, whole);
    }

    // Either the node refuses, naming a file, or every key reads as it was written.
    private static async Task CheckAsync(LutraProcess node, ILutraClient client, string name)
    {
        for (var number = 0; number < 400; number += 57)
        {
            KeyValue? found = null;
            var started = Stopwatch.GetTimestamp();
            while (!node.HasExited)
            {
                try
                {
                    found = await client.GetAsync($"key {number}");
                    break;
                }
                catch (LutraException) when (Stopwatch.GetElapsedTime(started) < Soon)
                {
                    await Task.Delay(20);
                }
            }

            if (found is null)
            {
                await node.ExitedAsync(Soon);
                Assert.NotEqual(0, node.ExitCode);
                Assert.True(node.Output.Contains("damaged", StringComparison.OrdinalIgnoreCase), $"{name}: {node.Output}");
                return;
            }

            Assert.StartsWith($"{number} ", Encoding.UTF8.GetString(found.Value.Span), StringComparison.Ordinal);
        }
    }

    private static async Task<int> WriteUntilExitAsync(LutraProcess node, ILutraClient client)
    {
        var acknowledged = 0;
        var started = Stopwatch.GetTimestamp();
        while (!node.HasExited && Stopwatch.GetElapsedTime(started) < Soon)
        {
            try
            {
                await client.PutAsync($"key {acknowledged + 1}", "otter");
                acknowledged++;
            }
            catch (LutraException)
            {
                await Task.Delay(5);
            }
        }

        await node.ExitedAsync(Soon);
        return acknowledged;
    }
}
