namespace Lutra.Acceptance.Etcd;

/// <summary>A store that speaks etcd's API, in processes of its own: ours, or etcd itself, which proves the suite.</summary>
public abstract class EtcdTarget : IAsyncLifetime
{
    /// <summary>host:port of every member.</summary>
    public abstract IReadOnlyList<string> Endpoints { get; }

    /// <summary>Skips the test, or fails it, where a tool is missing.</summary>
    public abstract void Require();

    public abstract ValueTask InitializeAsync();

    public abstract ValueTask DisposeAsync();
}
