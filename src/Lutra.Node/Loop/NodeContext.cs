using Lutra.Node.Peers;
using Lutra.Storage.Files;
using Lutra.Storage.Scheduling;

namespace Lutra.Node.Loop;

/// <summary>The world of one node: all that differs between a server and the simulator.</summary>
/// <param name="Files">The node's own folder, already locked for it.</param>
/// <param name="Network">How it reaches other nodes.</param>
/// <param name="Scheduler">What steps its stages.</param>
/// <param name="Clock">Its times.</param>
/// <param name="Random">Its randomness: election timeouts, jitter, identities.</param>
/// <param name="Failed">Called once, from any thread, when the node can promise nothing any more: it must be stopped.</param>
/// <param name="Tell">A line for the node's log, from any thread.</param>
public sealed record NodeContext(
    IFiles Files, INetwork Network, IScheduler Scheduler, NodeClock Clock, Random Random, Action<Exception> Failed, Action<NodeEvent> Tell);
