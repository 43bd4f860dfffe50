using System.Globalization;
using Lutra.Storage.Files;
using Lutra.Storage.Scheduling;
using Lutra.Storage.Tables;

namespace Lutra.Storage.Tests.Tables;

/// <summary>The same code on real threads and a real folder: readers, the applier, and the stage that flushes and merges.</summary>
public sealed class ThreadTests
{
    [Fact]
    public async Task Readers_see_whole_batches_while_memtables_are_flushed_and_tables_merged_below_them()
    {
        // Every batch writes its number to all the keys: a view that shows two numbers, or not all keys, shows half a batch.
        const int Keys = 200;
        const ulong Batches = 600;
        var folder = Directory.CreateTempSubdirectory("lutra-tables-");
        try
        {
            using var background = new BackgroundThread();
            using var room = new SemaphoreSlim(0);
            var failures = 0;
            var flushes = 0;
            var events = new TableEvents(
                _ => Interlocked.Increment(ref flushes), () => room.Release(), _ => Interlocked.Increment(ref failures), _ => { });
            var options = TableBed.Small with { MemtableBytes = 60_000 };
            using var done = new CancellationTokenSource();
            ulong applied;
            using (var store = TableStore.Open(new OsFiles(folder.FullName), background, options, new NewestOnly(), events))
            {
                var readers = Enumerable.Range(0, 3)
                    .Select(reader => Task.Run(() => Read(store, new Random(reader), Keys, done.Token), CancellationToken.None))
                    .ToArray();
                for (applied = 1; applied <= Batches && !readers.Any(reader => reader.IsFaulted); applied++)
                {
                    for (var key = 0; key < Keys; key++)
                        store.Put(KeyOf(key), applied, BitConverter.GetBytes(applied));
                    store.Publish(TableBed.At(applied));
                    while (!store.HasRoom)
                        await room.WaitAsync(TimeSpan.FromSeconds(120), TestContext.Current.CancellationToken);
                }
                await done.CancelAsync();
                await Task.WhenAll(readers);
                background.Stop();
            }
            Assert.Equal(0, failures);
            Assert.True(flushes > 10, $"{flushes} flushes");

            using var reopened = TableStore.Open(new OsFiles(folder.FullName), background, TableBed.Small, new NewestOnly(), events);
            Assert.True(reopened.Durable.Index.Value > Batches / 2);
            using var view = reopened.Pin();
            Assert.True(view.TryGet(KeyOf(7), ulong.MaxValue, out var version, out _));
            Assert.Equal(reopened.Durable.Index.Value, version);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Read(TableStore store, Random random, int keys, CancellationToken done)
    {
        var last = 0ul;
        for (var views = 0; !done.IsCancellationRequested || views == 0; views++)
        {
            using var view = store.Pin();
            var batch = view.Applied.Index.Value;
            Assert.True(batch >= last);
            last = batch;
            if (batch == 0)
                continue;
            for (var asked = 0; asked < 20; asked++)
            {
                Assert.True(view.TryGet(KeyOf(random.Next(keys)), ulong.MaxValue, out var version, out var value));
                Assert.Equal(batch, version);
                Assert.Equal(batch, BitConverter.ToUInt64(value.Span));
            }
            using var cursor = view.OpenCursor();
            var seen = 0;
            for (var valid = cursor.Seek([], ulong.MaxValue); valid; valid = cursor.Seek(cursor.Key.ToArray(), 0))
            {
                Assert.Equal(batch, cursor.Version);
                seen++;
            }
            Assert.Equal(keys, seen);
        }
    }

    private static byte[] KeyOf(int key) =>
        System.Text.Encoding.UTF8.GetBytes($"/registry/pods/{key.ToString("D5", CultureInfo.InvariantCulture)}");

    private sealed class NewestOnly : IMergeRule
    {
        public IMergePass Begin(bool includesOldest) => new FloorRule { Floor = ulong.MaxValue }.Begin(includesOldest: false);
    }

    /// <summary>One thread that steps whatever is ready.</summary>
    private sealed class BackgroundThread : IScheduler, IDisposable
    {
        private readonly System.Collections.Concurrent.BlockingCollection<IStage> ready = [];
        private readonly Task thread;

        public BackgroundThread() => thread = Task.Factory.StartNew(Run, TaskCreationOptions.LongRunning);

        public void Ready(IStage stage)
        {
            try
            {
                ready.Add(stage);
            }
            catch (InvalidOperationException)
            {
                // Stopped.
            }
        }

        public void Stop()
        {
            ready.CompleteAdding();
            thread.Wait();
        }

        public void Dispose()
        {
            Stop();
            ready.Dispose();
        }

        private void Run()
        {
            foreach (var stage in ready.GetConsumingEnumerable())
            {
                while (!ready.IsAddingCompleted && stage.Step())
                {
                    // The next step.
                }
            }
        }
    }
}
