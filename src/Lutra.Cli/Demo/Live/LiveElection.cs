using System.Globalization;
using System.Text;
using Lutra.Raft;

namespace Lutra.Cli.Demo.Live;

/// <summary>
/// An election that somebody plays with: what is chosen, how fast time goes, and what has happened of late. Knows no terminal and no clock; a frame and a key
/// are handed in.
/// </summary>
internal sealed class LiveElection
{
    private const int EventsMax = 64;
    private const int ElectionTicks = 80;
    private const int HeartbeatTicks = 25;
    private static readonly double[] Speeds = [0.125, 0.25, 0.5, 1, 2, 4, 8];

    private readonly Dictionary<NodeId, (RoleName Role, Term Term)> known = [];
    private readonly List<string> events = [];
    private int speedAt = 3;
    private double owedTicks;
    private int proposals;
    private ulong committed;

    public LiveElection(int nodes, int seed)
    {
        // So slow that an eye can follow; not all wires are equally long, so that answers come one after the other.
        var options = new RaftOptions { ElectionTicks = ElectionTicks, HeartbeatTicks = HeartbeatTicks };
        Cluster = new DemoCluster(nodes, seed, options, static (from, to) => 12 + (int)(from.Value * to.Value % 5), Tell);
        foreach (var node in Cluster.Nodes)
            known[node.Id] = (node.Core.Role, node.Core.Term);
        Say("All start as followers. Whose timer ends first asks for votes.");
    }

    public DemoCluster Cluster { get; }

    /// <summary>The node that the keys act on: its place in the cluster's list.</summary>
    public int Selected { get; private set; }

    public bool IsPaused { get; private set; }

    public bool ShowsHelp { get; private set; }

    /// <summary>Ticks per frame.</summary>
    public double Speed => Speeds[speedAt];

    /// <summary>What has happened, oldest first.</summary>
    public IReadOnlyList<string> Events => events;

    private DemoNode Chosen => Cluster.Nodes[Selected];

    /// <summary>As much time as passes between two pictures.</summary>
    public void Frame()
    {
        if (IsPaused || ShowsHelp)
            return;
        for (owedTicks += Speed; owedTicks >= 1; owedTicks--)
            Tick();
    }

    /// <summary>Does what a key says; false: it ends the demonstration.</summary>
    public bool Press(ConsoleKeyInfo key)
    {
        var letter = char.ToLowerInvariant(key.KeyChar);
        if (letter is 'q' or '\x3' or '\x4')
            return false;
        if (ShowsHelp)
        {
            ShowsHelp = false;
            return true;
        }

        switch (letter)
        {
            case >= '1' and <= '9' when letter - '1' < Cluster.Nodes.Count:
                Selected = letter - '1';
                break;
            case 'k': Kill(); break;
            case 'r': Revive(); break;
            case 'c': Cut(); break;
            case 'h': Heal(); break;
            case 'x': Split(); break;
            case 'p': Propose(); break;
            case 't': TimeOut(); break;
            case 'l': HandOver(); break;
            case ' ': IsPaused = !IsPaused; break;
            case 's':
                IsPaused = true;
                Tick();
                break;
            case '+' or '=': speedAt = Math.Min(speedAt + 1, Speeds.Length - 1); break;
            case '-' or '_': speedAt = Math.Max(speedAt - 1, 0); break;
            case '?': ShowsHelp = true; break;
            default: Move(key.Key); break;
        }

        return true;
    }

    private void Move(ConsoleKey key)
    {
        var by = key is ConsoleKey.RightArrow or ConsoleKey.DownArrow or ConsoleKey.Tab ? 1 : key is ConsoleKey.LeftArrow or ConsoleKey.UpArrow ? -1 : 0;
        Selected = (Selected + by + Cluster.Nodes.Count) % Cluster.Nodes.Count;
    }

    private void Kill()
    {
        if (Chosen.IsDown)
        {
            Say($"Node {Chosen.Id} is dead already; r revives it.");
            return;
        }

        Chosen.Kill();
        Say($"Node {Chosen.Id} is killed. Its term, its vote and its log are on its disk.");
    }

    private void Revive()
    {
        if (!Chosen.IsDown)
        {
            Say($"Node {Chosen.Id} is alive.");
            return;
        }

        Chosen.Revive();
        known[Chosen.Id] = (Chosen.Core.Role, Chosen.Core.Term);
        Say($"Node {Chosen.Id} starts again with what its disk holds: term {Chosen.Term.Value}, {Chosen.Log.Count} entries.");
    }

    private void Cut()
    {
        Cluster.Cut(Chosen);
        Say($"Node {Chosen.Id} is cut off: it neither sends nor hears.");
    }

    private void Heal()
    {
        Cluster.Heal(Chosen);
        Say($"Node {Chosen.Id} is connected.");
    }

    private void Split()
    {
        if (Cluster.Nodes.Any(Cluster.IsCut))
        {
            foreach (var node in Cluster.Nodes)
                Cluster.Heal(node);
            Say("All nodes are connected again.");
            return;
        }

        // The leader's side is the smaller one: that is what is worth seeing.
        var first = Cluster.Leader ?? Chosen;
        var start = Cluster.Nodes.Select((node, at) => (node, at)).First(each => each.node == first).at;
        DemoNode[] few = [.. Enumerable.Range(start, (Cluster.Nodes.Count - 1) / 2).Select(at => Cluster.Nodes[at % Cluster.Nodes.Count])];
        Cluster.Split(few);
        Say($"The network splits: {string.Join(" and ", few.Select(node => $"node {node.Id}"))} on one side, {Cluster.Nodes.Count - few.Length} on the other.");
    }

    /// <summary>At the chosen node where it thinks that it leads, so that one sees what a deposed leader can do; else at the leader.</summary>
    private void Propose()
    {
        if ((Chosen.IsLeader ? Chosen : Cluster.Leader) is not { } leader)
        {
            Say("A client wants to write, but nobody leads: it must wait.");
            return;
        }

        proposals++;
        var (key, value) = ((char)('a' + ((proposals - 1) % 6)), proposals);
        var answer = leader.Core.Propose(Encoding.UTF8.GetBytes($"put {key} {value}"));
        Say(answer.Outcome == ProposeOutcome.Appended
            ? $"A client asks node {leader.Id} to put {key}={value}: entry {answer.Position.Index.Value} of term {answer.Position.Term.Value}, not yet committed."
            : $"A client asks node {leader.Id} to put {key}={value}: refused, {answer.Outcome}.");
    }

    private void TimeOut()
    {
        if (Chosen.IsDown || Chosen.IsLeader)
        {
            Say(Chosen.IsDown ? $"Node {Chosen.Id} is dead: it has no timer." : $"Node {Chosen.Id} leads: a leader has no election timer.");
            return;
        }

        Chosen.Core.Campaign();
        Say($"Node {Chosen.Id}'s election timer ends now. Whoever hears a leader will not vote for it.");
    }

    private void HandOver()
    {
        if (Cluster.Leader is not { } leader)
            Say("Nobody leads, so nobody can hand over.");
        else if (leader.Core.TransferLeadership(Chosen.Id))
            Say($"Node {leader.Id} hands leadership to node {Chosen.Id}: once its log is complete, it is told to campaign.");
        else
            Say(leader == Chosen ? $"Node {leader.Id} leads already; choose another." : $"Node {leader.Id} is handing over already.");
    }

    private void Tick()
    {
        Cluster.Tick();
        foreach (var node in Cluster.Nodes.Where(node => !node.IsDown))
        {
            var now = (node.Core.Role, node.Core.Term);
            if (known[node.Id] != now)
                Tell(node, known[node.Id].Role);
            known[node.Id] = now;
        }

        var commit = Cluster.Nodes.Max(node => node.Commit);
        if (commit <= committed)
            return;
        committed = commit;
        Say($"Entry {commit} is committed: a majority has it on its disk.");
    }

    private void Tell(DemoNode node, RoleName before)
    {
        var said = node.Core.Role switch
        {
            RoleName.PreCandidate => $"Node {node.Id} has heard nobody: would others vote for it in term {node.Term.Next.Value}?",
            RoleName.Candidate => $"Node {node.Id} campaigns in term {node.Term.Value} and votes for itself.",
            RoleName.Leader => $"Node {node.Id} has a majority: it leads in term {node.Term.Value}.",
            _ when before == RoleName.Leader => $"Node {node.Id} steps down: {(node.Core.Term > known[node.Id].Term ? $"it heard of term {node.Term.Value}" : "it hears no majority any more")}.",
            _ when before is RoleName.Candidate or RoleName.PreCandidate => $"Node {node.Id} is a follower again, in term {node.Term.Value}.",
            _ => null,
        };
        if (said is not null)
            Say(said);
    }

    private void Tell(Message message, bool arrives)
    {
        if (message is VoteReply reply && arrives)
            Say($"Node {reply.From} {(reply.Granted ? "votes for" : "does not vote for")} node {reply.To} in term {reply.Term.Value}.");
    }

    private void Say(string text)
    {
        if (events.Count == EventsMax)
            events.RemoveAt(0);
        events.Add($"{Cluster?.Now.ToString(CultureInfo.InvariantCulture) ?? "0",5}  {text}");
    }
}
