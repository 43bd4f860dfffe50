using Lutra.Node.Identity;
using Lutra.Node.Peers;
using Lutra.Raft;

namespace Lutra.Node.Formation;

/// <summary>One listed address, and who answers there. The last answer stands until another comes: a node that restarts is the same node.</summary>
internal sealed class Seat(PeerEntry entry)
{
    public PeerEntry Entry { get; } = entry;

    public string Address { get; } = entry.Address.ToString();

    /// <summary>The last hello from there; null where nobody has answered, or this node itself did.</summary>
    public Hello? Hello { get; private set; }

    /// <summary>This node itself answers there.</summary>
    public bool IsSelf { get; private set; }

    /// <summary>Why the last attempt failed; null after an answer.</summary>
    public string? Trouble { get; set; }

    public NodeId? Node(FormationSelf self) => IsSelf ? self.Node : Hello?.Node;

    public void Answered(Hello hello)
    {
        Hello = hello;
        IsSelf = false;
        Trouble = null;
    }

    public void AnsweredBySelf()
    {
        Hello = null;
        IsSelf = true;
        Trouble = null;
    }

    /// <summary>The label that the node there has; null where nobody has answered.</summary>
    public Label? LabelThere(FormationSelf self) => IsSelf ? self.Label : Hello is null ? null : Label.Parse(Hello.Label);
}
