namespace Lutra.Raft.Tests.Harness;

/// <summary>
/// One core with its driver: a <see cref="ModelDisk"/>, a state machine, and the switches that slow either of them down. It carries
/// out every <see cref="Output"/> in the order that the contract names, and lets the safety checks see each step.
/// </summary>
internal sealed class TestNode
{
    private readonly TestCluster cluster;
    private readonly Queue<Entry> toApply = new();
    private readonly Queue<Action<RaftNode>> answers = new();
    private (RoleName Role, Term Term)? shown;
    private Configuration? shownConfiguration;
    private RaftStatus? observed;
    private RaftNode? core;
    private int lives;

    public TestNode(TestCluster cluster, int number, ModelDisk disk, AppliedState state)
    {
        this.cluster = cluster;
        Number = number;
        Disk = disk;
        State = state;
    }

    public int Number { get; }

    public NodeId Id => TestCluster.IdOf(Number);

    public ModelDisk Disk { get; }

    public AppliedState State { get; private set; }

    public bool IsUp => core is not null;

    public RaftNode Core => core ?? throw new InvalidOperationException($"{TraceText.Name(Id)} is down.");

    public RaftStatus Status => Core.Status;

    /// <summary>Writes wait for <see cref="Persist"/>.</summary>
    public bool IsDiskStalled { get; set; }

    /// <summary>Committed entries wait for <see cref="Apply"/>.</summary>
    public bool IsApplyStalled { get; set; }

    /// <summary>A state from a peer that has arrived and is not yet durable.</summary>
    public StateStream? Arrived { get; set; }

    /// <summary>Every read that was answered in this life, with its index; null where refused.</summary>
    public SortedDictionary<ulong, LogIndex?> Reads { get; } = [];

    /// <summary>Starts the core from what is on the disk.</summary>
    public void Start()
    {
        State = State.At(Disk.Applied);
        var log = Disk.Durable;
        var recovered = new Recovered(
            Disk.HardState, Disk.Applied, Disk.Configuration, log.Start,
            TermRuns(log.Entries.Where(entry => entry.Index <= Disk.Applied.Index)), [.. log.After(Disk.Applied.Index)]);
        core = new RaftNode(Id, cluster.Options, recovered, cluster.RandomOf(Number, lives++));
        shown = null;
        observed = null;
        shownConfiguration = null;
        cluster.Checks.Started(this);
        Pump();
    }

    /// <summary>Gives the core one input and carries out all that follows from it.</summary>
    public void Feed(Action<RaftNode> input)
    {
        if (core is null)
        {
            return;
        }

        input(core);
        Pump();
    }

    public T Ask<T>(Func<RaftNode, T> input)
    {
        var answer = input(Core);
        Pump();
        return answer;
    }

    /// <summary>The oldest write becomes durable and the core hears of it; false when none is under way.</summary>
    public bool Persist(bool tellCore = true)
    {
        if (Disk.Complete() is not { } write)
        {
            return false;
        }

        if (IsDiskStalled)
        {
            cluster.Trace.Add($"{TraceText.Name(Id)} has on disk: {DescribeWrite(write)}");
        }

        cluster.Checks.Persisted(this, write);
        if (tellCore)
        {
            TellPersisted(write);
        }

        return true;
    }

    public void TellPersisted(DiskWrite write) => Feed(node =>
    {
        if (write is HardStateWrite hardState)
        {
            node.HardStatePersisted(hardState.HardState);
        }
        else if (write is LogWrite log)
        {
            node.LogPersisted(log.Entries[^1].Position);
        }
    });

    /// <summary>Forgets nothing that is durable, and takes back the switches that slow this node down.</summary>
    public void Unstall()
    {
        IsDiskStalled = IsApplyStalled = false;
        if (IsUp)
        {
            Pump();
        }
    }

    /// <summary>Applies what waits, and tells the core.</summary>
    public void Apply()
    {
        ApplyWaiting();
        Pump();
    }

    /// <summary>A state that arrived becomes durable, unless this node is past it by now.</summary>
    public void FinishInstall()
    {
        var arrived = Arrived!;
        Arrived = null;
        var position = arrived.State.Position;
        if (position.Index > State.Position.Index)
        {
            var configuration = arrived.State.Configuration;
            Disk.Install(position, configuration);
            State = arrived.State;
            while (toApply.TryPeek(out var next) && next.Index <= position.Index)
            {
                toApply.Dequeue();
            }

            cluster.Trace.Add($"{TraceText.Name(Id)} installs the state at {position}");
        }

        cluster.StreamEnded(arrived);
        Feed(node => node.SnapshotInstalled(position, arrived.State.Configuration));
    }

    /// <summary>Writes out the state machine, as far as the log on disk reaches.</summary>
    public void FlushState()
    {
        var upTo = State.Position.Index <= Disk.Durable.Last.Index ? State.Position : Disk.Durable.Last;
        if (upTo.Index > Disk.Applied.Index)
        {
            Disk.FlushState(upTo, State.ConfigurationAt(upTo.Index));
        }
    }

    public void CutLog(LogPosition upTo)
    {
        Disk.CutLog(upTo);
        Feed(node => node.LogCut(upTo));
    }

    public void Kill()
    {
        Disk.Kill();
        Stop();
    }

    public void CutPower(int writesKept = 0, int entriesKept = 0)
    {
        Disk.CutPower(writesKept, entriesKept);
        Stop();
    }

    private void Stop()
    {
        core = null;
        cluster.Checks.Stopped(this);
        toApply.Clear();
        answers.Clear();
        Reads.Clear();
        Arrived = null;
        State = State.At(Disk.Applied);
    }

    private void Pump()
    {
        do
        {
            var status = Status;
            ShowChanges(status);
            var isQuiet = status == observed;
            while (core!.TakeOutput() is { IsEmpty: false } output)
            {
                CarryOut(output);
                isQuiet = false;
            }

            if (!isQuiet)
            {
                status = Status;
                ShowChanges(status);
                cluster.Checks.Observe(this, status);
                observed = status;
            }
        }
        while (Advance());
    }

    private void CarryOut(Output output)
    {
        if (output.HardState is { } hardState)
        {
            Submit(new HardStateWrite(hardState));
        }

        if (output.EntriesToPersist.Count > 0)
        {
            var replaced = Disk.Written.Last.Index >= output.EntriesToPersist[0].Index;
            cluster.Checks.Appending(this, output.EntriesToPersist);
            if (replaced || Status.Role == RoleName.Leader)
            {
                cluster.Trace.Add($"{TraceText.Name(Id)} {(replaced ? "replaces" : "appends")} {TraceText.Describe(output.EntriesToPersist)}");
            }

            Submit(new LogWrite([.. output.EntriesToPersist]));
        }

        foreach (var message in output.MessagesToSend)
        {
            cluster.Checks.Sending(this, message);
            cluster.Send(message, Status.Term);
        }

        foreach (var entry in output.EntriesToApply)
        {
            toApply.Enqueue(entry);
        }

        foreach (var (read, index) in output.Reads)
        {
            cluster.Trace.Add($"{TraceText.Name(Id)} read {read} " + (index is { } at ? $"may be served at {at}" : "is refused"));
            cluster.Checks.ReadAnswered(this, read, index);
            Reads.Add(read, index);
        }

        foreach (var wanted in output.EntriesWanted)
        {
            cluster.Trace.Add($"{TraceText.Name(Id)} reads {wanted.First}-{wanted.Last} from its disk for {TraceText.Name(wanted.Follower)}");
            var found = Fetch(wanted);
            answers.Enqueue(node => node.EntriesFetched(wanted.Follower, wanted.First, found));
        }

        foreach (var follower in output.SnapshotsWanted)
        {
            cluster.Trace.Add($"{TraceText.Name(Id)} wants to send its state to {TraceText.Name(follower)}");
            if (cluster.BeginStream(this, follower) is { } stream)
            {
                answers.Enqueue(node => node.SnapshotStarted(follower, stream.State.Position, stream.State.Configuration));
            }
        }

        if (output.SnapshotToInstall is { } offer)
        {
            cluster.Trace.Add($"{TraceText.Name(Id)} takes the state at {offer.Position} from {TraceText.Name(offer.From)}");
            Arrived = cluster.Receive(offer);
        }
    }

    private void Submit(DiskWrite write)
    {
        if (IsDiskStalled)
        {
            cluster.Trace.Add($"{TraceText.Name(Id)} writes: {DescribeWrite(write)}");
        }

        Disk.Submit(write);
    }

    /// <summary>What the driver does by itself: disks and appliers that are not stalled finish at once.</summary>
    private bool Advance()
    {
        if (answers.TryDequeue(out var answer))
        {
            answer(core!);
            return true;
        }

        if (!IsDiskStalled && Disk.Pending.Count > 0)
        {
            var write = Disk.Complete()!;
            cluster.Checks.Persisted(this, write);
            if (write is HardStateWrite hardState)
            {
                core!.HardStatePersisted(hardState.HardState);
            }
            else if (write is LogWrite log)
            {
                core!.LogPersisted(log.Entries[^1].Position);
            }

            return true;
        }

        if (!IsApplyStalled && ApplyWaiting())
        {
            return true;
        }

        if (Arrived is null || IsDiskStalled || cluster.AreStreamsHeld)
        {
            return false;
        }

        FinishInstall();
        return true;
    }

    private bool ApplyWaiting()
    {
        if (toApply.Count == 0)
        {
            return false;
        }

        List<Entry> batch = [.. toApply];
        toApply.Clear();
        foreach (var entry in batch)
        {
            cluster.Checks.Applying(this, entry);
            State.Apply(entry);
        }

        cluster.Trace.Add($"{TraceText.Name(Id)} applies {TraceText.Describe(batch)}");
        core!.Applied(batch[^1].Index);
        return true;
    }

    private List<Entry> Fetch(EntriesWanted wanted)
    {
        List<Entry> found = [];
        var bytes = 0;
        for (var index = wanted.First; index <= wanted.Last && Disk.Written.Find(index) is { } entry; index = index.Next)
        {
            bytes += entry.SizeBytes;
            if (found.Count > 0 && bytes > wanted.BytesMax)
            {
                break;
            }

            found.Add(entry);
        }

        return found;
    }

    private void ShowChanges(RaftStatus status)
    {
        if (shown != (status.Role, status.Term))
        {
            if (shown is { } was)
            {
                var name = TraceText.Name(Id);
                cluster.Trace.Add($"{name}@{was.Term} {TraceText.Role(was.Role)} ⇨ {name}@{status.Term} {TraceText.Role(status.Role)}");
            }

            shown = (status.Role, status.Term);
        }

        if (!ReferenceEquals(shownConfiguration, status.Configuration))
        {
            if (shownConfiguration is { } before && TraceText.Describe(before) != TraceText.Describe(status.Configuration))
            {
                cluster.Trace.Add(
                    $"{TraceText.Name(Id)} configuration {TraceText.Describe(before)} ⇨ {TraceText.Describe(status.Configuration)}");
            }

            shownConfiguration = status.Configuration;
        }
    }

    private static string DescribeWrite(DiskWrite write) =>
        write is HardStateWrite hardState ? TraceText.Describe(hardState.HardState) : TraceText.Describe(((LogWrite)write).Entries);

    private static List<TermRun> TermRuns(IEnumerable<Entry> entries)
    {
        List<TermRun> runs = [];
        foreach (var entry in entries)
        {
            if (runs.Count == 0 || runs[^1].Term != entry.Term)
            {
                runs.Add(new TermRun(entry.Index, entry.Term));
            }
        }

        return runs;
    }
}
