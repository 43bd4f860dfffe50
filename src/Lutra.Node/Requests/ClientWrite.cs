using Lutra.Keyspace;
using Lutra.Node.Loop;
using Lutra.Raft;

namespace Lutra.Node.Requests;

/// <summary>
/// One command on its way through this node. Posted to the loop once; then exactly one of its endings is called, on whichever thread
/// finds out. Reused by its owner only after that.
/// </summary>
internal abstract class ClientWrite : LoopInput
{
    /// <summary>The encoded command. Its proposal id carries this node's origin and <see cref="Number"/>.</summary>
    public Memory<byte> Command { get; protected set; }

    public ulong Number { get; protected set; }

    /// <summary>When the caller stops waiting, on the node's monotonic clock.</summary>
    public long DeadlineMillis { get; protected set; }

    /// <summary>The term under whose leader it was appended or sent; what is not applied before an entry of a later term never will be.</summary>
    public Term Term { get; set; }

    /// <summary>Where it was appended; index 0 where that is not known.</summary>
    public LogPosition Position { get; set; }

    /// <summary>It was applied here: done, or refused by the state.</summary>
    public abstract void Applied(in AppliedEntry entry);

    /// <summary>Certainly not done, or the outcome is unknown: as <paramref name="error"/> says.</summary>
    public abstract void Failed(LutraError error, string message);

    internal sealed override void Feed(NodeLoop loop) => loop.Submit(this);

    internal sealed override void Refuse() => Failed(LutraError.Stopped, "The node has stopped. Nothing was done.");
}
