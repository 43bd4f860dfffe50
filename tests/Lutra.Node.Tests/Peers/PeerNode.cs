using Lutra.Node.Peers;
using Lutra.Raft;
using Lutra.Simulation.Network;
using Lutra.Simulation.Scheduling;
using Lutra.Storage.Scheduling;

namespace Lutra.Node.Tests.Peers;

/// <summary>A node that is nothing but its exchange, and writes down what it is told.</summary>
internal sealed class PeerNode : IPeerEvents, IStage
{
    private readonly PeerWorld world;
    private long dueAt = -1;

    public PeerNode(PeerWorld world, ulong node, Hello hello, PeerOptions options)
    {
        this.world = world;
        Id = new NodeId(node);
        Process = world.Scheduler.StartProcess($"n{node}");
        Network = world.Fabric.Start($"n{node}", Process);
        Exchange = new PeerExchange(Network, hello, options, this, world.Scheduler.RandomFor($"jitter {node}"), Process.Time, () => Process.Ready(this));
        Network.Listen(PeerWorld.Address(node), () => Exchange.Accept());
        Process.Ready(this);
    }

    public NodeId Id { get; }

    public PeerExchange Exchange { get; }

    public SimulatedNetwork Network { get; }

    public SimulatedProcess Process { get; }

    /// <summary>Everything, in order, as text.</summary>
    public List<string> Events { get; } = [];

    public List<(NodeId From, PeerFrame Frame)> Frames { get; } = [];

    public Func<Hello, string?> Verdict { get; set; } = _ => null;

    /// <summary>Does not step: its inbox fills.</summary>
    public bool IsStuck { get; set; }

    public string Name => "peers";

    public StageKind Kind => StageKind.Prompt;

    public IReadOnlyList<NodeId> Connected => [.. Exchange.Status.Select(peer => peer.Node)];

    public bool Step()
    {
        if (IsStuck)
            return false;
        var more = Exchange.Step(NowMs);
        StepAgainWhenDue();
        return more;
    }

    public void SetTargets(params PeerTarget[] targets)
    {
        Exchange.SetTargets(targets);
        Process.Ready(this);
    }

    public void SetHello(Hello hello)
    {
        Exchange.SetHello(hello);
        Process.Ready(this);
    }

    public bool Send(ulong to, PeerFrame frame)
    {
        var sent = Exchange.Send(new NodeId(to), frame);
        Exchange.Flush();
        return sent;
    }

    public void Kill()
    {
        Process.Kill();
        Network.Kill();
    }

    public void CutPower()
    {
        Process.Kill();
        Network.CutPower();
    }

    public int Count(string what) => Events.Count(line => line.StartsWith(what, StringComparison.Ordinal));

    string? IPeerEvents.Judge(Hello hello) => Verdict(hello);

    void IPeerEvents.Heard(Hello hello, string? address) => Events.Add($"heard {hello.Node} {hello.Stage} at {address ?? "nowhere"}");

    void IPeerEvents.FoundSelf(string address) => Events.Add($"self at {address}");

    void IPeerEvents.Received(NodeId from, PeerFrame frame) => Frames.Add((from, frame));

    void IPeerEvents.Lost(NodeId peer) => Events.Add($"lost {peer}");

    void IPeerEvents.PeerDied(NodeId peer) => Events.Add($"died {peer}");

    void IPeerEvents.Unreachable(string address, string reason) => Events.Add($"unreachable {address}: {reason}");

    void IPeerEvents.Rejected(string remote, string reason) => Events.Add($"rejected {remote}: {reason}");

    private long NowMs => (long)world.Scheduler.Now.TotalMilliseconds;

    private void StepAgainWhenDue()
    {
        var due = Exchange.DueMs;
        if (due == long.MaxValue || due == dueAt)
            return;
        dueAt = due;
        var wait = TimeSpan.FromMilliseconds(due) - world.Scheduler.Now;
        Process.After(wait < TimeSpan.Zero ? TimeSpan.Zero : wait, () =>
        {
            dueAt = -1;
            Process.Ready(this);
        });
    }
}
