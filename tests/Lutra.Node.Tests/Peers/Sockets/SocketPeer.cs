using System.Collections.Concurrent;
using System.Diagnostics;
using Lutra.Node.Hosting.Network;
using Lutra.Node.Peers;
using Lutra.Raft;

namespace Lutra.Node.Tests.Peers.Sockets;

/// <summary>An exchange over real sockets, stepped by a task of its own: the loop of a node that has nothing else to do.</summary>
internal sealed class SocketPeer : IPeerEvents, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly SemaphoreSlim woken = new(0);
    private readonly ConcurrentQueue<Action<PeerExchange>> work = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly SemaphoreSlim changed = new(0);
    private readonly PeerListener listener;
    private readonly Task loop;

    public SocketPeer(ulong node)
    {
        Id = new NodeId(node);
        Exchange = new PeerExchange(
            Network, PeerWorld.Hello(node, PeerWorld.ClusterA), new PeerOptions(), this, new Random((int)node), TimeProvider.System, () => woken.Release());
        listener = PeerListener.Start("127.0.0.1:0", (stream, remote, _) => Network.AcceptAsync(stream, remote, Exchange.Accept()), tls: null, _ => { });
        loop = Task.Run(RunAsync);
    }

    public NodeId Id { get; }

    public PeerTarget Target => new($"127.0.0.1:{listener.Port}", Id);

    public SocketNetwork Network { get; } = new();

    public PeerExchange Exchange { get; }

    public ConcurrentQueue<string> Events { get; } = new();

    public ConcurrentQueue<PeerFrame> Frames { get; } = new();

    public void Do(Action<PeerExchange> action)
    {
        work.Enqueue(action);
        woken.Release();
    }

    /// <summary>Sends all of them, waiting where too much is queued.</summary>
    public async Task SendAsync(NodeId to, IEnumerable<PeerFrame> frames)
    {
        foreach (var frame in frames)
        {
            var sent = false;
            while (!sent)
            {
                var asked = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
                Do(exchange => asked.SetResult(exchange.Send(to, frame)));
                sent = await asked.Task.WaitAsync(Patience);
            }
        }
    }

    public async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition())
            await changed.WaitAsync(patience.Token);
    }

    public int Count(string what) => Events.Count(line => line.StartsWith(what, StringComparison.Ordinal));

    /// <summary>What a killed process leaves: its sockets closed.</summary>
    public void Kill()
    {
        stopping.Cancel();
        loop.Wait(Patience);
        listener.Dispose();
        Network.Dispose();
    }

    public void Dispose()
    {
        Kill();
        stopping.Dispose();
    }

    string? IPeerEvents.Judge(Hello hello) => null;

    void IPeerEvents.Heard(Hello hello, string? address) => Note($"heard {hello.Node}");

    void IPeerEvents.FoundSelf(string address) => Note($"self {address}");

    void IPeerEvents.Received(NodeId from, PeerFrame frame)
    {
        Frames.Enqueue(frame);
        changed.Release();
    }

    void IPeerEvents.Lost(NodeId peer) => Note($"lost {peer}");

    void IPeerEvents.PeerDied(NodeId peer) => Note($"died {peer}");

    void IPeerEvents.Unreachable(string address, string reason) => Note($"unreachable {address}: {reason}");

    void IPeerEvents.Rejected(string remote, string reason) => Note($"rejected {remote}: {reason}");

    private void Note(string line)
    {
        Events.Enqueue(line);
        changed.Release();
    }

    private async Task RunAsync()
    {
        var clock = Stopwatch.StartNew();
        while (!stopping.IsCancellationRequested)
        {
            while (work.TryDequeue(out var action))
                action(Exchange);
            if (!Exchange.Step(clock.ElapsedMilliseconds))
            {
                var wait = Math.Clamp(Exchange.DueMs - clock.ElapsedMilliseconds, 0, 100);
                await woken.WaitAsync(TimeSpan.FromMilliseconds(wait));
            }
        }
    }
}
