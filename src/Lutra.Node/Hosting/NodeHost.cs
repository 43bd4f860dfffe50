using Lutra.Keyspace;
using Lutra.Node.Hosting.Network;
using Lutra.Node.Identity;
using Lutra.Node.Loop;
using Lutra.Node.Measures;
using Lutra.Storage.Files;
using Lutra.Tls;

namespace Lutra.Node.Hosting;

/// <summary>One node in a real process: threads, clock, sockets and folder around the loop, from its start to its end.</summary>
internal sealed class NodeHost : IDisposable
{
    private const long DrainMillis = 3000;

    private readonly TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ThreadScheduler scheduler;
    private readonly PeerTls? tls;
    private readonly SocketNetwork network;
    private readonly NodeClock clock;
    private readonly NodeLoop loop;
    private readonly Action<NodeEvent> tell;
    private readonly Ticker ticker;
    private PeerListener? listener;
    private readonly Lock making = new();
    private Exception? failure;
    private bool isMade;
    private int stopping;

    private NodeHost(LutraNodeOptions options, Action<NodeEvent>? tell)
    {
        Options = options;
        this.tell = tell ?? (_ => { });
        var label = Label.Parse(options.Label);
        var files = new OsFiles(Path.Combine(options.Directory, label.Text));
        clock = new NodeClock(TimeProvider.System);
        var random = new SystemRandom();
        var origin = (ulong)random.NextInt64(long.MaxValue);
        scheduler = new ThreadScheduler((stage, exception) => Fail(new InvalidOperationException($"The {stage.Name} failed: {exception.Message}", exception)));
        tls = options.PeerTls is { } secured ? PeerTls.Open(secured, TimeProvider.System, Told) : null;
        network = new SocketNetwork(tls);
        var context = new NodeContext(files, network, scheduler, clock, random, Fail, this.tell);
        loop = new NodeLoop(context, options, origin);
        Damage = new DamageGuard(Fail);
        Writes = new WriteDoor(loop, clock, options, origin);
        Reads = new ReadDoor(loop, clock, options);
        CatchUp = new CatchUp(loop, Reads, clock, options);
        Leases = new LeaseDoor(loop, clock, options, Writes, Reads, Damage);
        Watches = new WatchDoor(loop, Reads, Damage);
        Snapshots = new SnapshotDoor(this, loop, Reads);
        Users = new UserDoor(loop, options, Writes, Reads);
        Alarms = new AlarmDoor(loop, Writes);
        Members = new MemberDoor(loop, clock, options);
        ticker = new Ticker(options.HeartbeatIntervalMillis, loop.Tick);
        loop.Start();
        lock (making)
        {
            isMade = true;
            if (failure is null)
                return;
        }

        EndAfter(failure);
    }

    public LutraNodeOptions Options { get; }

    public DamageGuard Damage { get; }

    public WriteDoor Writes { get; }

    public ReadDoor Reads { get; }

    public CatchUp CatchUp { get; }

    public LeaseDoor Leases { get; }

    public WatchDoor Watches { get; }

    public SnapshotDoor Snapshots { get; }

    public MemberDoor Members { get; }

    public UserDoor Users { get; }

    public AlarmDoor Alarms { get; }

    public Task Stopped => stopped.Task;

    public NodeStanding? Standing => loop.Replica?.Standing;

    public LeaderHint? LeaderElsewhere => loop.Replica?.LeaderElsewhere;

    public TimeSpan TimeWithoutLeader =>
        Standing is { LeaderMember: 0 } leaderless ? TimeSpan.FromMilliseconds(clock.NowMillis - leaderless.LeaderlessSinceMillis) : TimeSpan.Zero;

    public Revision Revision => loop.Replica?.Keyspace.Revision ?? default;

    public Revision CompactRevision => loop.Replica?.Keyspace.CompactRevision ?? default;

    public static NodeHost Start(LutraNodeOptions options, Action<NodeEvent>? tell)
    {
        var host = new NodeHost(options, tell);
        if (options.ListenForPeers)
            host.listener = PeerListener.Start(options.PeerListenAddress ?? options.EffectivePeerAddress, host.AcceptPeerAsync, host.tls, host.Told);
        return host;
    }

    /// <summary>What readers see now; unavailable until there is a cluster.</summary>
    public KeyspaceView Pin() => Volatile.Read(ref stopping) != 0
        ? throw new LutraException(LutraError.Stopped, "The node has stopped.")
        : loop.Replica?.Keyspace.Pin() ?? throw new LutraException(LutraError.Unavailable, "This node does not belong to a cluster yet.");

    /// <summary>Asks the loop something about itself.</summary>
    public async Task<T> Ask<T>(Func<NodeLoop, LutraNodeOptions, T> question, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(new ActionInput(asked => answer.TrySetResult(question(asked, Options))));
        var ended = await Task.WhenAny(answer.Task, Stopped).WaitAsync(cancellationToken);
        if (ended != answer.Task)
            throw new LutraException(LutraError.Stopped, "The node has stopped.");
        return await answer.Task;
    }

    /// <summary>The numbers of the node. What only the loop knows is left out where it does not answer in time.</summary>
    public async Task<NodeReport> ReportAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            return NodeReporter.Report(this, loop, loopAnswered: true, await Ask(NodeReporter.Consensus, cancellationToken).WaitAsync(patience, cancellationToken));
        }
        catch (TimeoutException)
        {
            return NodeReporter.Report(this, loop, loopAnswered: false, null);
        }
    }

    /// <summary>Returns when something may have changed; soon in any case.</summary>
    public static Task Changed(CancellationToken cancellationToken) => Task.Delay(20, cancellationToken);

    public Task AcceptPeerAsync(Stream connection, string remote, PeerProof proof) => network.AcceptAsync(connection, remote, loop.Peers.Accept(proof.Proves));

    public void HangUpPeers() => network.CloseAll();

    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref stopping, 1) != 0)
        {
            await stopped.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        var drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(new ActionInput(asked => asked.Drain(DrainMillis, () => drained.TrySetResult())));
        await drained.Task.WaitAsync(TimeSpan.FromMilliseconds(DrainMillis + 500)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Dispose();
        stopped.TrySetResult();
    }

    /// <summary>The node can promise nothing any more: it stops at once, without a word to anybody (pitfalls D02, X05).</summary>
    private void Fail(Exception reason)
    {
        if (Interlocked.Exchange(ref stopping, 1) != 0)
            return;
        tell(reason is YieldedException
            ? new NodeEvent(NodeEventLevel.Information, reason.Message)
            : new NodeEvent(NodeEventLevel.Error, $"The node stops: {reason.Message}"));
        lock (making)
        {
            // What is half made cannot be taken down: the end of the making sees to it.
            failure = reason;
            if (!isMade)
                return;
        }

        EndAfter(reason);
    }

    private void Told(string line) => tell(new NodeEvent(NodeEventLevel.Warning, line));

    private void EndAfter(Exception reason) =>
        ThreadPool.QueueUserWorkItem(_ =>
        {
            if (reason is DiskStuckException)
                LeaveStuckDisk(reason);
            Dispose();
            stopped.TrySetException(reason);
        });

    /// <summary>
    /// The thread that waits for the disk may never come back, and what follows waits for it (pitfall D10): requests and connections end, and the end is told,
    /// without it.
    /// </summary>
    private void LeaveStuckDisk(Exception reason)
    {
        network.CloseAll();
        using var ended = new ManualResetEventSlim();
        loop.Post(new ActionInput(asked => asked.Drain(0, ended.Set)));
        ended.Wait(TimeSpan.FromMilliseconds(DrainMillis));
        stopped.TrySetException(reason);
    }

    public void Dispose()
    {
        ticker.Dispose();
        listener?.Dispose();
        scheduler.Dispose();
        loop.Dispose();
        network.Dispose();
        Users.Dispose();
    }
}
