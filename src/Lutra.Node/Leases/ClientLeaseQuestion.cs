using Lutra.Node.Loop;

namespace Lutra.Node.Leases;

/// <summary>A question about a lease on its way through this node. Posted to the loop once; then one of its endings is called.</summary>
internal abstract class ClientLeaseQuestion : LoopInput
{
    public LeaseQuestion Question { get; protected init; }

    /// <summary>When the caller stops waiting, on the node's monotonic clock.</summary>
    public long DeadlineMillis { get; protected init; }

    public abstract void Answered(LeaseAnswer answer);

    internal sealed override void Feed(NodeLoop loop) => loop.Submit(this);

    internal sealed override void Refuse() => Answered(new LeaseAnswer(LutraError.Stopped, "The node has stopped.", 0, 0));
}
