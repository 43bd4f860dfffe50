namespace Lutra.Raft.Tests.Harness;

/// <summary>
/// One core with its driver: a <see cref="ModelDisk"/>, a state machine, and the switches that slow either of them down. It carries
/// out every <see cref="Output"/> in the order that the contract names, and lets the safety checks see each step.
/// </summary>
internal sealed class TestNode
{
    private readonly TestCluster cluster;
    private readonly DriverChores chores;
    private StatusTrace story;
    private RaftStatus? observed;
    private RaftNode? core;

    public TestNode(TestCluster cluster, int number, ModelDisk disk, AppliedState state)
    {
        this.cluster = cluster;
        Number = number;
        Disk = disk;
        State = state;
        story = new StatusTrace(cluster.Trace);
        chores = new DriverChores(cluster, this);
    }

    public int Number { get; }

    public NodeId Id => TestCluster.IdOf(Number);

    public ModelDisk Disk { get; }

    public AppliedState State { get; private set; }

    public bool IsUp => core is not null;

    /// <summary>How often it was started.</summary>
    public int Lives { get; private set; }

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
        core = new RaftNode(Id, cluster.Options, Disk.Recover(), cluster.RandomOf(Number, Lives++));
        story = new StatusTrace(cluster.Trace);
        observed = null;
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
            cluster.Trace.Add($"{TraceText.Name(Id)} has on disk: {TraceText.Describe(write)}");
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
            while (chores.ToApply.TryPeek(out var next) && next.Index <= position.Index)
            {
                chores.ToApply.Dequeue();
            }

            cluster.Trace.Add($"{TraceText.Name(Id)} installs the state at {position}");
        }

        cluster.Streams.End(arrived, failed: false);
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

    public void CutPower(int writesKept = 0, int? entriesKept = null)
    {
        Disk.CutPower(writesKept, entriesKept);
        Stop();
    }

    private void Stop()
    {
        core = null;
        cluster.Checks.Stopped(this);
        chores.ToApply.Clear();
        chores.Answers.Clear();
        Reads.Clear();
        Arrived = null;
        State = State.At(Disk.Applied);
    }

    private void Pump()
    {
        do
        {
            var status = Status;
            story.Show(status);
            var isQuiet = status == observed;
            while (core!.TakeOutput() is { IsEmpty: false } output)
            {
                chores.CarryOut(output);
                isQuiet = false;
            }

            if (!isQuiet)
            {
                status = Status;
                story.Show(status);
                cluster.Checks.Observe(this, status);
                observed = status;
            }
        }
        while (Advance());
    }

    /// <summary>What the driver does by itself: disks and appliers that are not stalled finish at once.</summary>
    private bool Advance()
    {
        if (chores.Answers.TryDequeue(out var answer))
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
        if (chores.ToApply.Count == 0)
        {
            return false;
        }

        List<Entry> batch = [.. chores.ToApply];
        chores.ToApply.Clear();
        foreach (var entry in batch)
        {
            cluster.Checks.Applying(this, entry);
            State.Apply(entry);
        }

        cluster.Trace.Add($"{TraceText.Name(Id)} applies {TraceText.Describe(batch)}");
        core!.Applied(batch[^1].Index);
        return true;
    }
}
