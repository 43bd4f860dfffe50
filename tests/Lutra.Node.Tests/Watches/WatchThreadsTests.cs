using System.Collections.Concurrent;

namespace Lutra.Node.Tests.Watches;

/// <summary>Watches on real threads: they begin, are read and fall behind between any two steps of those who write.</summary>
public sealed class WatchThreadsTests : IDisposable
{
    private const int Writers = 4;
    private const int WritesEach = 2000;

    private readonly string folder = Directory.CreateTempSubdirectory("lutra-watch-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task K02_watches_that_begin_while_others_write_miss_nothing_and_are_told_nothing_twice()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var node = await LutraNode.StartAsync(new LutraNodeOptions { Directory = folder, SegmentSizeBytes = 4 * 1024 * 1024, RequestTimeoutMillis = 120_000 }, null, stop);
        await node.WaitUntilReadyAsync(stop);
        const long last = 1 + (Writers * WritesEach);
        var done = new ConcurrentBag<string>();
        var watches = Task.WhenAll(Enumerable.Range(0, 16).Select(number => Task.Run(
            async () =>
            {
                // One after the other, each from where the last one ended.
                for (var next = 2L; next <= last;)
                {
                    var until = Math.Min(last, next + 100 + (number * 20));
                    await foreach (var batch in node.WatchAsync(new WatchOperation(KeyRange.All, new Revision(next)), stop))
                    {
                        foreach (var change in batch.Events)
                        {
                            if (change.Current.ModRevision.Value != next)
                                done.Add($"watch {number} was told {change.Current.ModRevision}, where {next} comes next");
                            next = change.Current.ModRevision.Value + 1;
                        }

                        if (next > until)
                            break;
                    }
                }
            },
            stop)));
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(
            async () =>
            {
                for (var write = 0; write < WritesEach; write++)
                    await node.PutAsync($"key {writer}", $"{write}", cancellationToken: stop);
            },
            stop)));
        await watches.WaitAsync(TimeSpan.FromSeconds(120), stop);
        Assert.Empty(done);
    }
}
