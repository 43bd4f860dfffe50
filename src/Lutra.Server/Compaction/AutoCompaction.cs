using Lutra.Server.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Lutra.Server.Compaction;

/// <summary>Compacts the history by itself, on the node that leads; the others only take note of the time, so that a new leader goes on where the old one was.</summary>
public sealed class AutoCompaction : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly LutraNode node;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Task running;

    private AutoCompaction(LutraNode node, AutoCompactionOptions options, TimeProvider time, ILogger logger)
    {
        (this.node, this.time, this.logger) = (node, time, logger);
        running = RunAsync(new CompactionSchedule(options, time.GetUtcNow(), node.Revision.Value));
    }

    public static AutoCompaction Start(LutraNode node, AutoCompactionOptions options, TimeProvider time, ILogger logger) => new(node, options, time, logger);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        stop.Dispose();
    }

    private async Task RunAsync(CompactionSchedule schedule)
    {
        try
        {
            while (true)
            {
                await Task.Delay(schedule.Look, time, stop.Token);
                if (schedule.Ask(time.GetUtcNow(), node.Revision.Value) is > 0 and var upTo && node.Standing is { Role: NodeRole.Leader })
                    await CompactAsync(upTo);
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    private async Task CompactAsync(long upTo)
    {
        try
        {
            await node.CompactAsync(new Revision(upTo), stop.Token);
            logger.Compacted(upTo);
        }
        catch (LutraException refused) when (refused.Error != LutraError.Compacted)
        {
            logger.NotCompacted(upTo, refused.Message);
        }
        catch (LutraException)
        {
            // Somebody has done it.
        }
    }
}
