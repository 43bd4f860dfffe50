namespace Lutra.Node.Loop;

/// <summary>Something for the loop to act on. An input waits in one inbox at a time and is the loop's alone once taken.</summary>
internal abstract class LoopInput
{
    /// <summary>The input that was posted before this one: the inbox is a chain of them.</summary>
    internal LoopInput? Earlier { get; set; }

    internal abstract void Feed(NodeLoop loop);

    /// <summary>The loop has ended and will not act on it.</summary>
    internal abstract void Refuse();
}

/// <summary>An input that is rare enough to be a closure. Nobody waits for it longer than for the loop.</summary>
internal sealed class ActionInput(Action<NodeLoop> action) : LoopInput
{
    internal override void Feed(NodeLoop loop) => action(loop);

    internal override void Refuse()
    {
    }
}
