namespace Lutra.Raft.Tests.Harness;

/// <summary>A state on its way to a follower, beside the messages.</summary>
/// <param name="State">Pinned when the stream began.</param>
internal sealed record StateStream(NodeId From, NodeId To, AppliedState State)
{
    /// <summary>The sender's ticks since it began; a stream that takes too long is given up.</summary>
    public int AgeTicks { get; set; }
}
