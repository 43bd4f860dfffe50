using System.Net.Sockets;
using System.Text;
using Lutra.Cli.Serve;

namespace Lutra.Cli.Tests;

public sealed class ServiceManagerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lutra-notify-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("socket")]
    [InlineData("@socket")]
    public async Task Who_waits_for_the_node_is_told_when_it_is_ready(string name)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "systemd is Linux's.");
        var stop = TestContext.Current.CancellationToken;
        var path = name[0] == '@' ? $"@{folder}" : Path.Combine(folder, name);
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(path[0] == '@' ? $"\0{path[1..]}" : path));
        await using var node = await LutraNode.StartAsync(new LutraNodeOptions { Directory = Path.Combine(folder, "data"), ListenForPeers = false }, cancellationToken: stop);
        var troubles = new List<string>();
        await ServiceManager.AnnounceAsync(node, path, troubles.Add, stop);
        var told = new byte[64];
        Assert.Equal("READY=1", Encoding.UTF8.GetString(told, 0, await manager.ReceiveAsync(told, stop)));
        Assert.Empty(troubles);

        await ServiceManager.AnnounceAsync(node, null, troubles.Add, stop);
        await ServiceManager.AnnounceAsync(node, Path.Combine(folder, "nobody"), troubles.Add, stop);
        Assert.Contains("nobody could be told", Assert.Single(troubles), StringComparison.Ordinal);
    }
}
