using System.Net;
using System.Net.Sockets;
using Lutra.Acceptance.Processes;

namespace Lutra.Acceptance;

public sealed class StartAndStopTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task What_was_put_by_curls_way_is_found_after_a_kill()
    {
        await using var cluster = await RealCluster.StartAsync(1);
        using var http = new HttpClient();
        using var body = new StringContent("{\"value\":\"otter\"}", null, "application/x-www-form-urlencoded");
        using var put = await http.PutAsync($"http://{cluster.Address(0)}/key/name", body);
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        cluster.Process(0).Kill();
        cluster.Start(0);
        await cluster.ReadyAsync(0);
        Assert.Contains("\"value\":\"otter\"", await http.GetStringAsync($"http://{cluster.Address(0)}/key/name"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_SIGTERM_a_leader_hands_over_and_exits_0_within_5_seconds()
    {
        await using var cluster = await RealCluster.StartAsync(3);
        var leader = await cluster.LeaderAsync();
        cluster.Process(leader).Terminate();
        await cluster.Process(leader).ExitedAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(0, cluster.Process(leader).ExitCode);
        await cluster.Client.PutAsync("name", "otter");
        Assert.NotEqual(leader, await cluster.LeaderAsync());
    }

    [Fact]
    public async Task D13_a_second_process_on_the_same_folder_is_refused()
    {
        await using var cluster = await RealCluster.StartAsync(1);
        using var second = LutraProcess.Start("serve", "--id=1", $"--addr=localhost:{LoopbackPorts.Next()}", $"--dir={cluster.Folder}");
        await second.ExitedAsync(Soon);
        Assert.Equal(1, second.ExitCode);
        Assert.Contains("another process uses this folder", second.Output, StringComparison.Ordinal);
        Assert.Contains($"{cluster.Process(0).Id}", second.Output, StringComparison.Ordinal);
        await cluster.Client.PutAsync("name", "otter");
    }

    [Fact]
    public async Task A_port_in_use_is_said_and_the_process_ends()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var folder = Directory.CreateTempSubdirectory("lutra-acceptance-").FullName;
        var (exitCode, output) = await LutraProcess.RunAsync("serve", $"--addr=localhost:{port}", $"--dir={folder}");
        Directory.Delete(folder, recursive: true);
        Assert.Equal(1, exitCode);
        Assert.Contains($"{port}", output, StringComparison.Ordinal);
        Assert.Contains("use", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_named()
    {
        var (exitCode, output) = await LutraProcess.RunAsync("serve", "--addr=localhost:1", "--dir=/proc/lutra");
        Assert.Equal(1, exitCode);
        Assert.Contains("/proc/lutra", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_flags_are_told_all_at_once_with_value_and_origin()
    {
        var (exitCode, output) = await LutraProcess.RunAsync(
            "serve", "--heartbeat-interval=fast", "--election-timeout=5", "--log-format=xml", "--join=perhaps");
        Assert.Equal(2, exitCode);
        Assert.Contains("--heartbeat-interval is \"fast\"", output, StringComparison.Ordinal);
        Assert.Contains("--election-timeout is \"5\"", output, StringComparison.Ordinal);
        Assert.Contains("--log-format is \"xml\"", output, StringComparison.Ordinal);
        Assert.Contains("--join is \"perhaps\"", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_flag_is_refused()
    {
        var (exitCode, output) = await LutraProcess.RunAsync("serve", "--adr=localhost:1");
        Assert.Equal(2, exitCode);
        Assert.Contains("--adr", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_does_not_listen_beyond_this_machine_unless_told_to()
    {
        var folder = Directory.CreateTempSubdirectory("lutra-acceptance-").FullName;
        var (exitCode, output) = await LutraProcess.RunAsync("serve", $"--addr=0.0.0.0:{LoopbackPorts.Next()}", $"--dir={folder}");
        Directory.Delete(folder, recursive: true);
        Assert.Equal(1, exitCode);
        Assert.Contains("--insecure-listen", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Garbage_at_the_port_hurts_nobody()
    {
        await using var cluster = await RealCluster.StartAsync(3);
        var random = new Random(1);
        for (var round = 0; round < 60; round++)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync("localhost", int.Parse(cluster.Address(round % 3).Split(':')[1], System.Globalization.CultureInfo.InvariantCulture));
            var bytes = new byte[random.Next(1, 20_000)];
            random.NextBytes(bytes);
            var asPeer = round % 2 == 0;
            try
            {
                if (asPeer)
                    await socket.SendAsync("GET /raft/stream HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: lutra-raft\r\n\r\n"u8.ToArray());
                await socket.SendAsync(bytes);
            }
            catch (SocketException)
            {
                // Hung up on already: as it should be.
            }
        }

        await cluster.Client.PutAsync("name", "otter");
        for (var node = 0; node < 3; node++)
        {
            Assert.False(cluster.Process(node).HasExited, cluster.Process(node).Output);
            Assert.NotNull(await cluster.ClientOf(node).GetAsync("name"));
        }
    }
}
