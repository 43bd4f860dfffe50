namespace Lutra.Node.Loop;

/// <summary>
/// This node gave up the cluster of its own, in which nothing was ever done, for one that took it in. Whoever runs it opens the same folder anew.
/// </summary>
internal sealed class YieldedException() : LutraException(LutraError.Stopped, "This node gives up its own empty cluster for the one that took it in, and begins anew.");
