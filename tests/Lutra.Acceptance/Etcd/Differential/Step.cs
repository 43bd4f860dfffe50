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
/// <param name="Chosen">The symbol of the id that the store will choose for a lease or a member; 0: none.</param>
internal sealed record CallStep(string Path, IMessage Request, long Chosen = 0) : Step
{
    /// <summary>Asked as JSON.</summary>
    public bool ThroughGateway { get; init; }

    /// <summary>Who asks, by a token of its own; null: nobody.</summary>
    public string? Caller { get; init; }

    public override int Requests => 1;

    public override string ToString() =>
        $"{Path} {Places.Shown(Request)}{(ThroughGateway ? " through the gateway" : "")}{(Caller is null ? "" : $" by {Caller}")}";
}

/// <summary>A learner that comes and goes, or users who may do something or not: whatever it leaves behind is removed at its end.</summary>
internal sealed record PassingStep(IReadOnlyList<CallStep> Calls) : Step
{
    public override int Requests => Calls.Count;

    public override string ToString() => $"while it lasts:{string.Concat(Calls.Select(call => $"\n      {call}"))}";
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
    /// <summary>Whether progress is asked for once everything was told.</summary>
    public bool AsksProgress { get; init; }

    public override int Requests => Creates.Count + Meanwhile.Count + (AsksProgress ? 2 : 1);

    public override string ToString() =>
        $"watch{(AsksProgress ? ", and ask for progress," : "")} {string.Join(" and ", Creates.Select(Places.Shown))}{string.Concat(Meanwhile.Select(call => $"\n      meanwhile {call}"))}";
}
