using Lutra.Acceptance.Processes;

namespace Lutra.Acceptance.Etcd;

/// <summary>Nodes of ours.</summary>
public abstract class LutraTarget(int nodes) : EtcdTarget
{
    private RealCluster? cluster;

    public override IReadOnlyList<string> Endpoints => [.. Enumerable.Range(0, nodes).Select(cluster!.Address)];

    public override void Require() => Tools.Require("etcdctl");

    public override async ValueTask InitializeAsync()
    {
        if (Tools.IsThere("etcdctl"))
            cluster = await RealCluster.StartAsync(nodes, "--bcrypt-cost=4");
    }

    public override ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return cluster?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}

public sealed class OneLutra() : LutraTarget(1);

public sealed class ThreeLutras() : LutraTarget(3);

[CollectionDefinition(Name)]
public sealed class OnLutra : ICollectionFixture<OneLutra>
{
    public const string Name = "etcdctl on a node of Lutra";
}

[CollectionDefinition(Name)]
public sealed class OnThreeLutras : ICollectionFixture<ThreeLutras>
{
    public const string Name = "etcdctl on three nodes of Lutra";
}
