using Lutra.Node.Loop;

namespace Lutra.Node.Members;

/// <summary>A change of members on its way through this node. Posted to the loop once; then it is answered.</summary>
internal abstract class ClientMemberChange : LoopInput
{
    public required MemberChange Change { get; init; }

    /// <summary>When the caller stops waiting, on the node's monotonic clock.</summary>
    public required long DeadlineMillis { get; init; }

    public abstract void Answered(MemberAnswer answer);

    internal sealed override void Feed(NodeLoop loop) => loop.Submit(this);

    internal sealed override void Refuse() => Answered(MemberAnswer.Refuse(LutraError.Stopped, "The node has stopped."));
}
