using Lutra.Raft;
using Lutra.Simulation.Disk;
using Lutra.Simulation.Scheduling;
using Lutra.Storage.Files;
using Lutra.Storage.Log;

namespace Lutra.Storage.Tests.Log;

/// <summary>One node's log on a simulated disk, and what it told.</summary>
internal sealed class LogFixture
{
    public static readonly LogIdentity Identity = new(new ClusterId(7), new NodeId(1));

    /// <summary>Small segments, so that a few entries fill several.</summary>
    public static readonly LogOptions Small = new(SegmentSizeBytes: 4096, SpareSegments: 1, WriteBytesMax: 4096);

    private readonly LogOptions options;

    public LogFixture(ulong seed = 1, LogOptions? options = null)
    {
        this.options = options ?? Small;
        Scheduler = new SimulatedScheduler(seed);
        Disk = new SimulatedDisk(Scheduler, "disk");
    }

    public SimulatedScheduler Scheduler { get; }

    public SimulatedDisk Disk { get; }

    public SimulatedProcess Process { get; private set; } = null!;

    public IFiles Files { get; private set; } = null!;

    public ReplicatedLog Log { get; private set; } = null!;

    public List<string> Events { get; } = [];

    public LogModel Model { get; } = new();

    /// <summary>What was acknowledged last, by any process.</summary>
    public LogPosition Persisted { get; set; }

    public HardState HardState { get; private set; }

    public DiskException? Failure { get; private set; }

    public Exception? Crash { get; private set; }

    public ReplicatedLog Open()
    {
        Failure = null;
        Crash = null;
        Process = Scheduler.StartProcess("n1", exception => Crash = exception);
        Files = Disk.Mount(Process);
        Log = ReplicatedLog.Open(Files, Process, Identity, options, new LogEvents(
            HardStatePersisted: state =>
            {
                HardState = state;
                Events.Add($"hard state {state.Term}/{state.Vote}");
            },
            Persisted: position =>
            {
                Persisted = position;
                Model.Acknowledge(position);
                Events.Add($"persisted {position}");
            },
            Failed: failure =>
            {
                Failure = failure;
                Events.Add("failed");
            },
            StartMoved: start =>
            {
                Model.StartMoved(start);
                Events.Add($"start {start}");
            }));
        return Log;
    }

    public ReplicatedLog Restart()
    {
        Process.Kill();
        Disk.Kill();
        return Open();
    }

    public ReplicatedLog RestartAfterPowerCut(int seed)
    {
        Process.Kill();
        Disk.PowerCut(new Random(seed));
        return Open();
    }

    /// <summary>The log as it is, then after a kill, then after a power cut.</summary>
    public IEnumerable<ReplicatedLog> NowAndAfterRestarts()
    {
        yield return Log;
        yield return Restart();
        yield return RestartAfterPowerCut(1);
    }

    public void Run() => Scheduler.RunUntilIdle();

    public void Append(ulong term, ulong first, int count, int payloadBytes = 100, HardState? hardState = null)
    {
        var entries = Entries(term, first, count, payloadBytes);
        Model.Append(entries);
        Log.Append(hardState, entries);
    }

    public void AppendAndRun(ulong term, ulong first, int count, int payloadBytes = 100)
    {
        Append(term, first, count, payloadBytes);
        Run();
    }

    public void Cut(ulong term, ulong index)
    {
        Model.Cut(new(new(index), new(term)));
        Log.Cut(new(new(index), new(term)));
    }

    public void Reset(ulong term, ulong index)
    {
        Model.Reset(new(new(index), new(term)));
        Log.Reset(new(new(index), new(term)));
    }

    /// <summary>Payloads tell index and term, and are never all zeros.</summary>
    public static Entry[] Entries(ulong term, ulong first, int count, int payloadBytes = 100) =>
        [.. Enumerable.Range(0, count).Select(at => EntryAt(term, first + (ulong)at, payloadBytes))];

    public static Entry EntryAt(ulong term, ulong index, int payloadBytes = 100)
    {
        var payload = new byte[payloadBytes];
        for (var at = 0; at < payload.Length; at++)
            payload[at] = (byte)(1 + (index * 31 + term * 17 + (ulong)at) % 255);
        return new Entry(new LogIndex(index), new Term(term), payload.Length == 0 ? EntryKind.Empty : EntryKind.Command, payload);
    }

    /// <summary>Every entry that the log gives back, as "index@term", after checking its payload.</summary>
    public static string[] Contents(ReplicatedLog log)
    {
        List<string> seen = [];
        for (var next = log.Start.Index.Next; next <= log.Last.Index;)
        {
            var entries = log.Read(next, log.Last.Index, 2000);
            if (entries.Count == 0)
                break;
            foreach (var entry in entries)
            {
                Assert.Equal(next, entry.Index);
                Assert.Equal(EntryAt(entry.Term.Value, entry.Index.Value, entry.Payload.Length).Payload.ToArray(), entry.Payload.ToArray());
                seen.Add(entry.Position.ToString());
                next = next.Next;
            }
        }
        return [.. seen];
    }

    public static string[] Positions(ulong term, int first, int count) =>
        [.. Enumerable.Range(first, count).Select(index => $"{index}@{term}")];
}
