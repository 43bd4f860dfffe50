using Lutra.Acceptance.Processes;

namespace Lutra.Acceptance.Tls;

/// <summary>TLS as a person sets it up: <c>lutra cert init</c>, then the files that it made.</summary>
public sealed class TlsTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);
    private readonly ProcessFolder nodes = new();

    public void Dispose() => nodes.Dispose();

    [Fact]
    public async Task Three_nodes_with_certificates_of_their_own_serve_who_shows_one_and_take_renewed_ones_without_a_restart()
    {
        var certificates = Path.Combine(nodes.Path, "certs");
        Assert.Equal(0, (await LutraProcess.RunAsync("cert", "init", "--dir", certificates, "1=localhost", "2=localhost", "3=localhost")).ExitCode);
        int[] ports = [LoopbackPorts.Next(), LoopbackPorts.Next(), LoopbackPorts.Next()];
        var peers = $"--peers=1=localhost:{ports[0]},2=localhost:{ports[1]},3=localhost:{ports[2]}";
        for (var node = 1; node <= 3; node++)
            nodes.Add(LutraProcess.Start("serve", "--config", Path.Combine(certificates, $"{node}.conf"), $"--addr=localhost:{ports[node - 1]}", $"--dir={nodes.Path}", peers));
        string[] shown = ["--cacert", Path.Combine(certificates, "ca.crt"), "--cert", Path.Combine(certificates, "client.crt"), "--key", Path.Combine(certificates, "client.key")];
        await WhenReadyAsync(["put", "name", "otter", "--server", $"localhost:{ports[0]}", .. shown]);
        Assert.Equal("otter", (await LutraProcess.RunAsync(["get", "name", "--server", $"https://localhost:{ports[2]}", .. shown])).Output.Trim());

        var (nameless, said) = await LutraProcess.RunAsync("get", "name", "--server", $"https://localhost:{ports[1]}", "--cacert", shown[1]);
        Assert.Equal(6, nameless);
        Assert.Contains("no certificate was shown", said, StringComparison.Ordinal);
        (_, said) = await LutraProcess.RunAsync("get", "name", "--server", $"localhost:{ports[1]}");
        Assert.Contains("use https://", said, StringComparison.Ordinal);

        // The certificates of one node are renewed, and the others are told to come back to it.
        Assert.Equal(0, (await LutraProcess.RunAsync("cert", "init", "--dir", certificates, "1=localhost")).ExitCode);
        nodes.Started[1].Kill();
        nodes.Add(LutraProcess.Start("serve", "--config", Path.Combine(certificates, "2.conf"), $"--addr=localhost:{ports[1]}", $"--dir={nodes.Path}", peers));
        await WhenReadyAsync(["get", "name", "--server", $"localhost:{ports[1]}", .. shown]);
        await WhenReadyAsync(["get", "name", "--server", $"localhost:{ports[0]}", .. shown]);
        Assert.Contains("New certificates are in use", nodes.Started[0].Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_makes_its_own_certificate_when_it_is_asked_to()
    {
        var port = LoopbackPorts.Next();
        nodes.Add(LutraProcess.Start("serve", $"--addr=localhost:{port}", $"--dir={nodes.Path}", "--auto-tls"));
        await WhenReadyAsync(["put", "name", "otter", "--server", $"https://localhost:{port}", "--insecure-skip-tls-verify"]);
        Assert.Equal("otter", (await LutraProcess.RunAsync("get", "name", "--server", $"localhost:{port}", "--cacert", Path.Combine(nodes.Path, "auto-tls-1.pem"))).Output.Trim());
    }

    private async Task WhenReadyAsync(string[] line)
    {
        using var limit = new CancellationTokenSource(Soon);
        while (true)
        {
            var (code, said) = await LutraProcess.RunAsync(line);
            if (code == 0)
                return;
            Assert.False(limit.IsCancellationRequested, $"{said}\n{nodes.Story}");
        }
    }
}
