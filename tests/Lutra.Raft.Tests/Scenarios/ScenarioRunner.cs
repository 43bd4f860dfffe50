using System.Globalization;
using Lutra.Raft.Tests.Harness;

namespace Lutra.Raft.Tests.Scenarios;

/// <summary>Carries out the commands of a scenario; <c>Scenarios/README.md</c> lists them.</summary>
internal sealed class ScenarioRunner
{
    private TestCluster? started;

    private TestCluster Cluster => started ?? throw new FormatException("A scenario begins with 'cluster'.");

    /// <summary>Carries out one line and returns the trace that it leaves.</summary>
    public IReadOnlyList<string> Run(string line)
    {
        var isSilent = line[0] == '(' && line[^1] == ')';
        var words = (isSilent ? line[1..^1] : line).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words[0] == "cluster")
        {
            started = ScenarioCluster.Start(words[1..]);
        }
        else
        {
            Cluster.Trace.IsRecording = true;
            Run(words[0], words[1..]);
        }

        var trace = Cluster.Trace.Take();
        return isSilent ? [] : trace;
    }

    private void Run(string command, string[] words)
    {
        switch (command)
        {
            case "tick": Tick(words); break;
            case "campaign": Cluster.Campaign(Number(words[0])); break;
            case "elect": Cluster.Elect(Number(words[0])); break;
            case "lose-patience": Cluster.LosePatience(Numbers(words)); break;
            case "campaign-now": Feed(words[0], core => core.Campaign()); break;
            case "peer-died": Feed(words[0], core => core.PeerDied(TestCluster.IdOf(Number(words[1])))); break;
            case "propose": Propose(words); break;
            case "read": Read(words); break;
            case "transfer": Transfer(words); break;
            case "change": Change(words); break;
            case "status": ScenarioReports.Status(Cluster, Numbers(words)); break;
            case "log": ScenarioReports.Logs(Cluster, Numbers(words)); break;
            case "followers": ScenarioReports.Followers(Cluster, Number(words[0])); break;
            case "applied": ScenarioReports.Applied(Cluster, Numbers(words)); break;
            default: ScenarioFaults.Run(Cluster, command, words); break;
        }
    }

    private void Tick(string[] words)
    {
        var times = words.Length > 0 && int.TryParse(words[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 1;
        var numbers = words.Where(word => word[0] == 'n').Select(Number).ToList();
        for (; times > 0; times--)
        {
            Cluster.Tick(numbers);
        }
    }

    private void Propose(string[] words)
    {
        foreach (var command in words[1..])
        {
            Cluster.Propose(Number(words[0]), command);
        }
    }

    private void Read(string[] words) =>
        Cluster.Read(Number(words[0]), words.Length > 1 ? int.Parse(words[1], CultureInfo.InvariantCulture) : 1);

    private void Transfer(string[] words)
    {
        NodeId? target = words.Length > 1 ? TestCluster.IdOf(Number(words[1])) : null;
        if (!Cluster[Number(words[0])].Ask(core => core.TransferLeadership(target)))
        {
            Cluster.Trace.Add($"{words[0]} refuses to hand over");
        }
    }

    private void Change(string[] words)
    {
        var voters = ScenarioCluster.List(words, "voters");
        var learners = ScenarioCluster.List(words, "learners");
        Cluster.ProposeMembers(Number(words[0]), TestCluster.MembersOf(voters, learners));
    }

    private void Feed(string name, Action<RaftNode> input) => Cluster[Number(name)].Feed(input);

    private IReadOnlyList<int> Numbers(string[] words) =>
        words.Length == 0 ? [.. Cluster.Nodes.Select(node => node.Number)] : [.. words.Select(Number)];

    private static int Number(string name) => TestCluster.NumberOf(name);
}
