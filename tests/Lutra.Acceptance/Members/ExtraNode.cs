using Lutra.Acceptance.Processes;
using Lutra.Client;

namespace Lutra.Acceptance.Members;

/// <summary>A node beside those that a cluster began with; its folder is in theirs.</summary>
internal sealed class ExtraNode : IAsyncDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);
    private readonly RealCluster cluster;
    private readonly string label;
    private LutraProcess? process;

    public ExtraNode(RealCluster cluster, string label)
    {
        (this.cluster, this.label) = (cluster, label);
        Address = $"localhost:{LoopbackPorts.Next()}";
        Client = new LutraClient(new LutraClientOptions { Endpoints = [new Uri($"http://{Address}")], Timeout = Soon });
    }

    public string Address { get; }

    public LutraClient Client { get; }

    public void Start(params string[] more) =>
        process = LutraProcess.Start(["serve", $"--id={label}", $"--addr={Address}", $"--dir={cluster.Folder}", .. more]);

    public Task VotesAsync() => MemberTests.VotesAsync(Client, label, Address);

    /// <summary>Waits until it answers a linearizable read.</summary>
    public async Task ReadyAsync() => await Client.GetAsync("ready?");

    public Task ExitedAsync() => process!.ExitedAsync(Soon);

    public void Kill()
    {
        process?.Dispose();
        process = null;
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await Client.DisposeAsync();
    }
}
