using Google.Protobuf;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Acceptance.Etcd.Differential;

/// <summary>One thing that is asked of both stores. Revisions in it count from the store's at the beginning of the sequence (<see cref="Places"/>).</summary>
internal abstract record Step
{
    /// <summary>How many requests it sends to each store.</summary>
    public abstract int Requests { get; }
}

/// <summary>One message there, one back.</summary>
/// <param name="ChosenLease">The symbol of the id that the store will choose for a lease; 0: none.</param>
internal sealed record CallStep(string Path, IMessage Request, long ChosenLease = 0) : Step
{
    public override int Requests => 1;

    public override string ToString() => $"{Path} {Places.Shown(Request)}";
}

/// <summary>Leases that are kept alive on one stream, one after the other.</summary>
internal sealed record KeepAliveStep(IReadOnlyList<long> Leases) : Step
{
    public override int Requests => Leases.Count;

    public override string ToString() => $"keep alive {string.Join(", ", Leases.Select(Places.Shown))}";
}

/// <summary>Watches on one stream, and writes while they are open; read to the end, then cancelled.</summary>
internal sealed record WatchStep(IReadOnlyList<Pb.WatchCreateRequest> Creates, IReadOnlyList<CallStep> Meanwhile) : Step
{
    public override int Requests => Creates.Count + Meanwhile.Count + 1;

    public override string ToString() =>
        $"watch {string.Join(" and ", Creates.Select(Places.Shown))}{string.Concat(Meanwhile.Select(call => $"\n      meanwhile {call}"))}";
}
