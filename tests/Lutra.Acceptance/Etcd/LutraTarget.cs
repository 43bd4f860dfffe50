using Lutra.Acceptance.Processes;

namespace Lutra.Acceptance.Etcd;

/// <summary>One node of ours.</summary>
public sealed class LutraTarget : EtcdTarget
{
    private RealCluster? cluster;

    public override IReadOnlyList<string> Endpoints => [cluster!.Address(0)];

    public override void Require() => Tools.Require("etcdctl");

    public override async ValueTask InitializeAsync()
    {
        if (Tools.IsThere("etcdctl"))
            cluster = await RealCluster.StartAsync(1);
    }

    public override ValueTask DisposeAsync() => cluster?.DisposeAsync() ?? ValueTask.CompletedTask;
}

[CollectionDefinition(Name)]
public sealed class OnLutra : ICollectionFixture<LutraTarget>
{
    public const string Name = "etcdctl on Lutra";
}
