using System.Globalization;
using Lutra.Raft.Tests.Harness;

namespace Lutra.Raft.Tests.Scenarios;

/// <summary>The commands that act on the network, the disks and the processes.</summary>
internal static class ScenarioFaults
{
    public static void Run(TestCluster cluster, string command, string[] words)
    {
        switch (command)
        {
            case "deliver": cluster.DeliverRound(MessageFilter.Parse(words)); break;
            case "deliver-one": DeliverOne(cluster, MessageFilter.Parse(words)); break;
            case "settle": cluster.Settle(); break;
            case "run": cluster.Run(Number(words[0])); break;
            case "hold": cluster.Network.Hold(MessageFilter.Parse(words)); break;
            case "release": Release(cluster, words); break;
            case "drop": Drop(cluster, MessageFilter.Parse(words)); break;
            case "duplicate": cluster.Network.Duplicate(MessageFilter.Parse(words)); break;
            case "reverse": cluster.Network.Reverse(); break;
            case "cut": Cut(cluster, words[0]); break;
            case "isolate": cluster.Isolate(Node(words[0])); break;
            case "heal": cluster.Network.MendAll(); break;
            case "stall": cluster[Node(words[0])].IsDiskStalled = true; break;
            case "persist": Persist(cluster[Node(words[0])], words); break;
            case "unstall": Unstall(cluster[Node(words[0])]); break;
            case "stall-apply": cluster[Node(words[0])].IsApplyStalled = true; break;
            case "apply": cluster[Node(words[0])].Apply(); break;
            case "flush": cluster[Node(words[0])].FlushState(); break;
            case "cut-log": CutLog(cluster[Node(words[0])]); break;
            case "hold-streams": cluster.AreStreamsHeld = true; break;
            case "finish-install": cluster[Node(words[0])].FinishInstall(); break;
            case "kill": cluster.Kill(Node(words[0])); break;
            case "power-cut": cluster[Node(words[0])].CutPower(0, words.Length > 1 ? Number(words[1]) : null); break;
            case "restart": cluster.Restart(Node(words[0])); break;
            default: throw new FormatException($"'{command}' is not a command.");
        }
    }

    private static void DeliverOne(TestCluster cluster, MessageFilter filter) =>
        cluster.Deliver(cluster.Network.Deliverable.First(filter.Matches));

    private static void Release(TestCluster cluster, string[] words)
    {
        if (words.Length == 0)
        {
            cluster.Network.Release();
        }
        else
        {
            cluster.Network.Release(MessageFilter.Parse(words));
        }
    }

    private static void Drop(TestCluster cluster, MessageFilter filter)
    {
        foreach (var message in cluster.Network.Pool.Where(filter.Matches).ToList())
        {
            cluster.Lose(message);
        }
    }

    private static void Cut(TestCluster cluster, string link)
    {
        var ends = link.Split('>', '|');
        cluster.Cut(Node(ends[0]), Node(ends[1]));
        if (link.Contains('|', StringComparison.Ordinal))
        {
            cluster.Cut(Node(ends[1]), Node(ends[0]));
        }
    }

    private static void Persist(TestNode node, string[] words)
    {
        for (var times = words.Length > 1 ? Number(words[1]) : int.MaxValue; times > 0 && node.Persist(); times--)
        {
        }
    }

    private static void Unstall(TestNode node)
    {
        Persist(node, []);
        node.IsDiskStalled = false;
    }

    private static void CutLog(TestNode node)
    {
        node.FlushState();
        node.CutLog(node.Disk.Applied);
    }

    private static int Node(string name) => TestCluster.NumberOf(name);

    private static int Number(string word) => int.Parse(word, NumberStyles.None, CultureInfo.InvariantCulture);
}
