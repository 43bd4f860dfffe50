using Lutra.Raft;
using Lutra.Storage.Files;
using Lutra.Storage.Log;
using Lutra.Storage.Scheduling;
using static Lutra.Storage.Tests.Log.LogFixture;

namespace Lutra.Storage.Tests.Log;

/// <summary>The log over the operating system's files, stepped by the test.</summary>
public sealed class LogOnRealDiskTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lutra-log-").FullName;
    private readonly StepByHand scheduler = new();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void What_was_acknowledged_is_there_after_a_restart()
    {
        var options = new LogOptions(SegmentSizeBytes: 64 * 1024);
        var persisted = LogPosition.Zero;
        for (ulong start = 1; start <= 3; start++)
        {
            using var log = Open(options, position => persisted = position);
            Assert.Equal((start - 1) * 1000, log.Last.Index.Value);
            Assert.Equal((int)(start - 1) * 1000, Contents(log).Length);
            log.Append(new HardState(new(start), null), Entries(start, (start - 1) * 1000 + 1, 1000));
            scheduler.Run();
            Assert.Equal(start * 1000, persisted.Index.Value);
        }
        using var last = Open(options, _ => { });
        Assert.Equal(3ul, last.HardState.Term.Value);
    }

    [Fact]
    public void An_idle_new_log_uses_little_disk()
    {
        using var log = Open(new LogOptions(), _ => { });
        scheduler.Run();
        Assert.InRange(new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length), 1, 9 * 1024 * 1024);
        Assert.True(log.RoomBytes > 7 * 1024 * 1024);
    }

    [Fact]
    public void Readers_on_other_threads_see_whole_entries_while_the_log_is_written_cut_and_recycled()
    {
        using var log = Open(new LogOptions(SegmentSizeBytes: 16 * 1024), _ => { });
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(
            () =>
            {
                long seen = 0;
                while (!stop.IsCancellationRequested)
                {
                    var first = log.Start.Index.Next;
                    foreach (var entry in log.Read(first, log.Last.Index, 4000))
                    {
                        Assert.Equal(first, entry.Index);
                        Assert.Equal(EntryAt(1, entry.Index.Value).Payload.ToArray(), entry.Payload.ToArray());
                        first = first.Next;
                        seen++;
                    }
                }
                return seen;
            },
            TaskCreationOptions.LongRunning)).ToArray();
        for (ulong next = 1; next <= 6000; next += 20)
        {
            log.Append(null, Entries(1, next, 20));
            if (next > 300)
                log.Cut(new(new(next - 300), new(1)));
            scheduler.Run();
        }
        stop.Cancel();
        Assert.All(readers.Select(reader => reader.GetAwaiter().GetResult()), seen => Assert.True(seen > 0));
        Assert.True(log.Start.Index.Value > 5000);
    }

    private ReplicatedLog Open(LogOptions options, Action<LogPosition> persisted) => ReplicatedLog.Open(
        new OsFiles(folder), scheduler, Identity, options, new LogEvents(_ => { }, persisted, failure => throw failure, _ => { }));

    /// <summary>Steps what is ready, on the thread that calls <see cref="Run"/>. Readers may make stages ready from theirs.</summary>
    private sealed class StepByHand : IScheduler
    {
        private readonly Lock gate = new();
        private readonly Queue<IStage> ready = new();

        public void Ready(IStage stage)
        {
            lock (gate)
            {
                if (!ready.Contains(stage))
                    ready.Enqueue(stage);
            }
        }

        public void Run()
        {
            while (TryTake(out var stage))
            {
                if (stage.Step())
                    Ready(stage);
            }
        }

        private bool TryTake(out IStage stage)
        {
            lock (gate)
                return ready.TryDequeue(out stage!);
        }
    }
}
