using System.Collections.Immutable;
using System.Reflection;
using Lutra.Cli.Transfer.FromEtcd;
using Lutra.Server;

namespace Lutra.Cli.Tests;

public sealed class LeaseCopiesTests : IAsyncLifetime
{
    private const long Lease = 7;

    private readonly string folder = Directory.CreateTempSubdirectory("lutra-lease-copies-").FullName;
    private LutraNode? node;
    private LutraServer? server;

    public async ValueTask InitializeAsync()
    {
        node = await LutraNode.StartAsync(new LutraNodeOptions { Directory = folder, ListenForPeers = false });
        server = await LutraServer.StartAsync(node, new LutraServerOptions { Address = "127.0.0.1:0", EtcdNode = () => node });
        await node.WaitUntilReadyAsync();
        await node.GrantLeaseAsync(600, Lease);
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
        if (node is not null)
            await node.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_lease_of_an_earlier_attempt_that_ends_just_when_it_is_kept_alive_is_granted_anew()
    {
        var target = DispatchProxy.Create<ILutraClient, Target>();
        await using var source = new EtcdSource([new Uri($"http://127.0.0.1:{server!.Address.Port}")], null, null, TimeSpan.FromMinutes(1));
        await using var copies = new LeaseCopies(source, target, TimeProvider.System);
        Assert.True(await copies.CopyAsync(Lease, TestContext.Current.CancellationToken));
        Assert.True(await copies.CopyAsync(Lease, TestContext.Current.CancellationToken));
        Assert.Equal(1, copies.Count);
        Assert.Equal(["grant 7 for 600", "keep 7", "grant 7 for 600"], ((Target)(object)target).Asked);
        Assert.False(await copies.CopyAsync(8, TestContext.Current.CancellationToken));
    }

    /// <summary>Has the lease when it is first granted, and not any more when it is kept alive.</summary>
    public class Target : DispatchProxy
    {
        public ImmutableArray<string> Asked { get; private set; } = [];

        protected override object Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            switch (targetMethod!.Name)
            {
                case nameof(ILutraClient.GrantLeaseAsync):
                    Asked = Asked.Add($"grant {args![1]} for {args[0]}");
                    return Asked.Length == 1
                        ? throw new LutraException(LutraError.LeaseExists, "It is there.")
                        : new ValueTask<GrantLeaseResult>(new GrantLeaseResult(new Revision(1), (long)args[1]!, (long)args[0]!));
                case nameof(ILutraClient.KeepAliveAsync):
                    Asked = Asked.Add($"keep {args![0]}");
                    throw new LutraException(LutraError.LeaseNotFound, "It has ended.");
                default:
                    throw new InvalidOperationException(targetMethod.Name);
            }
        }
    }
}
