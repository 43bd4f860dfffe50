using Lutra.Keyspace.Commands;
using Lutra.Node;
using Lutra.Node.Loop;
using Lutra.Simulation.Disk;
using Lutra.Simulation.Network;
using Lutra.Simulation.Recording;
using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Cluster;

/// <summary>
/// One whole node in the simulator: production loop, log, tables, keyspace and peer frames over a simulated disk, network and clock. The
/// disk outlives the process; <see cref="Start"/> begins a new one on it.
/// </summary>
public sealed class SimulatedNode : IDisposable
{
    private readonly SimulatedScheduler scheduler;
    private readonly NetworkFabric fabric;
    private readonly List<TimelineEntry> told = [];
    private LutraNodeOptions options;
    private SimulatedProcess? process;
    private SimulatedNetwork? network;
    private NodeLoop? loop;
    private SimulatedRequests? requests;
    private ulong starts;

    internal SimulatedNode(SimulatedScheduler scheduler, NetworkFabric fabric, LutraNodeOptions options)
    {
        this.scheduler = scheduler;
        this.fabric = fabric;
        this.options = options;
        Disk = new SimulatedDisk(scheduler, options.Label);
    }

    public string Label => options.Label;

    /// <summary>The machine's name on the network.</summary>
    public string Host => options.EffectivePeerAddress[..options.EffectivePeerAddress.LastIndexOf(':')];

    public SimulatedDisk Disk { get; private set; }

    public bool IsUp => process is { IsAlive: true };

    public bool IsPaused => process is { IsAlive: true, IsPaused: true };

    /// <summary>What runs on the machine, or ran last; null before its first start.</summary>
    public SimulatedProcess? Process => process;

    public LutraNodeOptions Options => options;

    /// <summary>Why the node stopped by itself; null where it did not.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Who writes down what becomes of the node; null: nobody.</summary>
    internal RunRecording? Recording { get; set; }

    /// <summary>Called after each event of the node's processes.</summary>
    internal Action? Ran { get; set; }

    /// <summary>Called before a client hears that its write was applied.</summary>
    internal Action<ProposalId>? Acknowledged { get; set; }

    /// <summary>Called when the machine has got another disk.</summary>
    internal Action? DiskIsNew { get; set; }

    /// <summary>Called when the node has stopped by itself.</summary>
    internal Action<Exception>? Stopped { get; set; }

    /// <summary>The node's log since its first start.</summary>
    public IReadOnlyList<TimelineEntry> Told => told;

    internal NodeLoop? Loop => IsUp ? loop : null;

    /// <summary>Takes requests while the node is up.</summary>
    internal SimulatedRequests Requests => requests ?? throw new InvalidOperationException($"Node {Label} was never started.");

    public void Start()
    {
        Failure = null;
        process = scheduler.StartProcess($"node {Label}", Fail);
        process.Ran = () => Ran?.Invoke();
        var mine = process;
        network = fabric.Start(Host, process);
        var clock = new NodeClock(process.Time);
        var random = scheduler.RandomFor($"node {Label}, start {++starts}");
        var context = new NodeContext(Disk.Mount(process), network, process, clock, random, reason =>
        {
            mine.Kill();
            Fail(reason);
        }, happened => told.Add(new TimelineEntry(scheduler.Now, Label, happened.Message)));
        try
        {
            var origin = (ulong)random.NextInt64();
            loop = new NodeLoop(context, options, origin);
            requests = new SimulatedRequests(loop, clock, options, origin, proposal => Acknowledged?.Invoke(proposal), Recording is null ? null : Record);
        }
        catch (Exception reason) when (reason is IOException or LutraException or SimulatedCrashException)
        {
            process.Kill();
            Fail(reason);
            return;
        }

        network.Listen(options.EffectivePeerAddress, () => loop.Peers.Accept());
        loop.Start();
        ScheduleTick(process, loop);
        Recording?.Look(this, scheduler.Now);
    }

    /// <summary>The process dies; what it wrote stays.</summary>
    public void Kill()
    {
        process?.Kill();
        network?.Kill();
        Disk.Kill();
        Recording?.Look(this, scheduler.Now);
    }

    /// <summary>The machine dies; what was not synced is lost or torn.</summary>
    public void PowerCut()
    {
        process?.Kill();
        network?.CutPower();
        Disk.PowerCut(scheduler.RandomFor($"power cut {starts} of {Label}"));
        Recording?.Look(this, scheduler.Now);
    }

    /// <summary>The process stands still; see <see cref="SimulatedProcess.Pause"/>.</summary>
    public void Pause()
    {
        process?.Pause();
        Recording?.Look(this, scheduler.Now);
    }

    public void Resume()
    {
        process?.Resume();
        fabric.KickPipes();
        Recording?.Look(this, scheduler.Now);
    }

    /// <summary>Every connection of the node breaks; it can be dialled again at once.</summary>
    public void BreakConnections() => network?.BreakConnections();

    /// <summary>The machine gets an empty disk. Only while the node is down.</summary>
    public void Wipe()
    {
        if (IsUp)
            throw new InvalidOperationException("A disk is swapped while the node is down.");
        Disk = new SimulatedDisk(scheduler, $"{options.Label}, after start {starts}");
        fabric.Shuffler?.Forget(Host);
        DiskIsNew?.Invoke();
    }

    /// <summary>The machine comes back under another address, as where addresses are handed out anew. Only while the node is down.</summary>
    public void MoveTo(string address)
    {
        if (IsUp)
            throw new InvalidOperationException("An address is changed while the node is down.");
        options = options with { Address = address, PeerAddress = null };
    }

    /// <summary>The node is given another list of peers at its next start. Only while it is down.</summary>
    public void ListPeers(IReadOnlyList<string> peers)
    {
        if (IsUp)
            throw new InvalidOperationException("A list of peers is changed while the node is down.");
        options = options with { Peers = peers };
    }

    /// <summary>The node asks a cluster that it finds at one of these addresses to take it in. Only while it is down.</summary>
    internal void JoinThrough(IReadOnlyList<string> peers, bool asks)
    {
        ListPeers(peers);
        options = options with { Join = asks };
    }

    /// <summary>The end of the run. A node in the simulator is never closed in order: whoever wants to see it shut down asks its loop.</summary>
    public void Dispose() => Kill();

    private void ScheduleTick(SimulatedProcess of, NodeLoop ticked) => of.After(TimeSpan.FromMilliseconds(options.HeartbeatIntervalMillis), () =>
    {
        ticked.Tick();
        ScheduleTick(of, ticked);
    });

    private void BeginAnew(Exception reason)
    {
        told.Add(new TimelineEntry(scheduler.Now, Label, reason.Message));
        network?.Kill();
        Disk.Kill();
        scheduler.After(TimeSpan.Zero, () =>
        {
            if (!IsUp)
                Start();
        });
    }

    private Action<Ending> Record(string client, string what)
    {
        var request = new RecordedRequest(client, Label, what, scheduler.Now);
        Recording!.Add(request);
        return ending => request.End(
            scheduler.Now, ending.IsDone ? RequestOutcome.Done : ending.IsUnknown ? RequestOutcome.Unknown : RequestOutcome.Refused,
            ending.Message ?? OperationText.Of(ending.Result));
    }

    private void Fail(Exception reason)
    {
        if (Failure is not null)
            return;
        if (reason is YieldedException)
        {
            BeginAnew(reason);
            return;
        }

        Failure = reason;
        told.Add(new TimelineEntry(scheduler.Now, Label, $"stopped: {reason.Message}"));
        network?.Kill();
        Disk.Kill();
        Recording?.Look(this, scheduler.Now);
        Stopped?.Invoke(reason);
    }
}
