using Lutra.Server.Etcd.Grpc;

namespace Lutra.Server.Etcd;

/// <summary>One method of one service, apart from what carries its messages.</summary>
/// <param name="Path">As it is called: <c>/package.Service/Method</c>.</param>
internal abstract record EtcdMethod(string Path)
{
    /// <summary>Who may call it where users are asked for. Required: a call without an answer to this does not compile.</summary>
    public required CallerNeed Need { get; init; }

    /// <summary>Whether it changes the store: decides how it ends where there is no leader.</summary>
    public bool Writes { get; init; }

    /// <summary>Whether a node that has no vote yet answers it; the call itself may still refuse.</summary>
    public bool ForLearners { get; init; }

    /// <summary>Whether the node must belong to a cluster.</summary>
    public bool NeedsCluster { get; init; } = true;

    /// <summary>Whether it tells of the node alone: answered by one that has not come to where its cluster is, too.</summary>
    public bool TellsOfNode { get; init; }

    /// <summary>Whether it may wait or go on for as long as the client stays: then it ends when the client does.</summary>
    public bool GoesOn { get; init; }
}

/// <summary>One message in; the method writes its answers, mostly one.</summary>
internal sealed record SingleRequestMethod(string Path, Func<EtcdCall, ReadOnlyMemory<byte>, ValueTask> Handle) : EtcdMethod(Path);

/// <summary>Messages in and out, at each side's own pace.</summary>
internal sealed record StreamingMethod(string Path, Func<EtcdCall, MessageReader, Task> Handle) : EtcdMethod(Path);
