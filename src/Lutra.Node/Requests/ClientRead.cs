using Lutra.Node.Loop;

namespace Lutra.Node.Requests;

/// <summary>One linearizable read that waits for a read index and for this node to have applied it. Exactly one ending is called.</summary>
internal abstract class ClientRead : LoopInput
{
    /// <summary>When the caller stops waiting, on the node's monotonic clock.</summary>
    public long DeadlineMillis { get; protected set; }

    /// <summary>A view that is pinned from now on sees every write that was acknowledged before the read began.</summary>
    public abstract void Ready();

    public abstract void Failed(LutraError error, string message);

    internal sealed override void Feed(NodeLoop loop) => loop.Submit(this);

    internal sealed override void Refuse() => Failed(LutraError.Stopped, "The node has stopped.");
}
