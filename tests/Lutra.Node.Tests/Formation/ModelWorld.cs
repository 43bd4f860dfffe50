using Lutra.Node.Formation;
using Lutra.Raft;

namespace Lutra.Node.Tests.Formation;

/// <summary>
/// Nodes that create a cluster over a network that loses, doubles, delays and reorders what they say, one random event after the other. Messages of the
/// dead arrive too. Checks after every event what must never happen.
/// </summary>
internal sealed class ModelWorld
{
    private readonly Random random;
    private readonly List<(NodeId From, NodeId To, byte[] Bytes)> flying = [];
    private readonly List<(ModelNode At, NodeId Gone)> losses = [];
    private readonly SafetyChecker checker = new();
    private long nowMs;

    public ModelWorld(int seed, params IReadOnlyList<Start> starts)
    {
        random = new Random(seed);
        Nodes = [.. starts.Select(start => new ModelNode(start, random))];
    }

    public List<ModelNode> Nodes { get; }

    public double Loss { get; set; }

    public double Duplication { get; set; }

    /// <summary>How likely it is that words of a node that is gone, and the news that it is, are held back once more.</summary>
    public double LateWordsOfTheGone { get; set; }

    public SafetyChecker Checker => checker;

    public void BootAll()
    {
        foreach (var node in Nodes.Where(node => node.Process is null))
            Boot(node);
    }

    public void Boot(ModelNode node)
    {
        node.Boot();
        After(node);
        checker.Check(Nodes);
    }

    public void Kill(ModelNode node, bool wipe)
    {
        var gone = node.Id;
        if (wipe)
            node.Wipe();
        else
            node.Kill();
        losses.AddRange(Nodes.Where(other => other != node && other.Process is not null).Select(other => (other, gone)));
        checker.Check(Nodes);
    }

    /// <summary>One random event.</summary>
    public void Step()
    {
        var running = Nodes.Where(node => node.Process is not null).ToList();
        var writing = running.Where(node => node.IsWriting).ToList();
        var choice = random.Next(100);
        if (choice < 70 && flying.Count > 0)
            DeliverOne();
        else if (choice < 82 && writing.Count > 0)
            Finish(writing[random.Next(writing.Count)]);
        else if (choice < 86 && losses.Count > 0)
            LoseOne();
        else if (choice < 94 && running.Count > 0)
            Dial(running[random.Next(running.Count)], null);
        else if (running.Count > 0)
            Tick(running[random.Next(running.Count)]);
    }

    /// <summary>Everybody runs, nothing is lost, and everything happens in turn: long enough for whatever must happen in the end.</summary>
    public void RunFairly(int rounds = 40)
    {
        (Loss, Duplication, LateWordsOfTheGone) = (0, 0, 0);
        BootAll();
        for (var round = 0; round < rounds && (!IsSettled || round == 0); round++)
        {
            while (losses.Count > 0)
                LoseOne();
            foreach (var node in Nodes)
            {
                foreach (var target in node.Process!.Targets.ToArray())
                    Dial(node, target);
                Tick(node);
            }
            while (flying.Count > 0 || Nodes.Exists(node => node.IsWriting))
            {
                foreach (var node in Nodes.Where(node => node.IsWriting))
                    Finish(node);
                if (flying.Count > 0)
                    DeliverOne();
            }
        }
    }

    public bool IsSettled => Nodes.TrueForAll(node => node.Process?.Outcome is not null);

    private void DeliverOne()
    {
        var place = random.Next(flying.Count);
        var (from, to, bytes) = flying[place];
        if (IsGone(from) && random.NextDouble() < LateWordsOfTheGone)
            return;
        if (random.NextDouble() >= Duplication)
        {
            flying[place] = flying[^1];
            flying.RemoveAt(flying.Count - 1);
        }
        if (random.NextDouble() >= Loss && Nodes.Find(node => node.Process is not null && node.Id == to) is { } receiver)
        {
            receiver.Process!.Receive(from, FormationCodec.Read(bytes));
            After(receiver);
        }
    }

    private void LoseOne()
    {
        var place = random.Next(losses.Count);
        var (at, gone) = losses[place];
        if (random.NextDouble() < LateWordsOfTheGone)
            return;
        losses.RemoveAt(place);
        // A real connection's end is told before the next connection with the same node is opened.
        if (at.Process is not null && !Nodes.Exists(node => node.Process is not null && node.Id == gone))
        {
            at.Process.Lost(gone);
            After(at);
        }
    }

    private bool IsGone(NodeId id) => Nodes.TrueForAll(node => node.Id != id);

    private void Dial(ModelNode dialler, string? target)
    {
        var targets = dialler.Process!.Targets;
        if (targets.Count == 0)
            return;
        target ??= targets[random.Next(targets.Count)];
        var address = PeerAddress.TryParse(target, out _)!.Value;
        if (Nodes.Find(node => node.Process is not null && IsSame(node.Address, address)) is not { } answerer)
            dialler.Process.Unreachable(target, "connection refused");
        else if (answerer == dialler)
            dialler.Process.FoundSelf(target);
        else
        {
            var (mine, theirs) = (dialler.Hello, answerer.Hello);
            dialler.Process.Heard(target, theirs);
            answerer.Process!.Heard(null, mine);
            After(answerer);
        }
        After(dialler);
    }

    private static bool IsSame(PeerAddress left, PeerAddress right) =>
        left.Port == right.Port && (left.Host == right.Host || (IsLoopback(left) && IsLoopback(right)));

    private static bool IsLoopback(PeerAddress address) => address.Host is "localhost" or "127.0.0.1" or "[::1]";

    private void Tick(ModelNode node)
    {
        nowMs += 100;
        node.Process!.Tick(nowMs);
        After(node);
    }

    private void Finish(ModelNode node)
    {
        node.FinishWrite();
        After(node);
        checker.Check(Nodes);
    }

    private void After(ModelNode node)
    {
        foreach (var (to, message) in node.TakeSends())
            flying.Add((node.Id, to, message));
    }
}
