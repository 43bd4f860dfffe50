using Lutra.Node.Loop;

namespace Lutra.Node.Hosting;

/// <summary>What a caller of this node is told that was refused.</summary>
internal static class NodeRefusal
{
    /// <summary>Names the leader where it may do what this node could not: never where there is only too much to do, which more callers would not mend.</summary>
    public static LutraException Of(NodeLoop loop, LutraError error, string message) => new(error, message)
    {
        Leader = error is LutraError.Unavailable or LutraError.Stopped or LutraError.OutcomeUnknown ? loop.Replica?.LeaderElsewhere : null,
    };
}
