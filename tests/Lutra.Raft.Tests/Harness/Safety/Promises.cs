namespace Lutra.Raft.Tests.Harness;

/// <summary>
/// Nothing leaves a node that rests on a write which its disk has not completed (pitfalls E01, E02, L11): the message is compared with
/// the durable image of the sender's disk, whatever the core believes.
/// </summary>
internal sealed class Promises
{
    private readonly SortedDictionary<(NodeId Node, Term Term), NodeId> granted = [];

    public void Sending(TestNode node, Message message)
    {
        switch (message)
        {
            case VoteReply { Granted: true }:
                HasVote(node, message.Term, message.To, message);
                if (!granted.TryAdd((node.Id, message.Term), message.To) && granted[(node.Id, message.Term)] != message.To)
                {
                    throw Broken(node, message, $"it had granted {TraceText.Name(granted[(node.Id, message.Term)])}");
                }

                break;
            case AppendRequest or Heartbeat or SnapshotOffer or TimeoutNow:
                HasVote(node, message.Term, node.Id, message);
                break;
            case AppendAccepted accepted:
                HasTerm(node, message);
                HasLog(node, accepted);
                break;
            case HeartbeatReply:
                HasTerm(node, message);
                break;
            default:
                break;
        }

        if (message.From != node.Id || message.To == node.Id)
        {
            throw Broken(node, message, $"it is from {TraceText.Name(message.From)} to {TraceText.Name(message.To)}");
        }
    }

    private static void HasVote(TestNode node, Term term, NodeId vote, Message message)
    {
        if (node.Disk.HardState != new HardState(term, vote) && node.Disk.HardState.Term <= term)
        {
            throw Broken(node, message, $"its disk has {TraceText.Describe(node.Disk.HardState)}");
        }
    }

    private static void HasTerm(TestNode node, Message message)
    {
        if (node.Disk.HardState.Term < message.Term)
        {
            throw Broken(node, message, $"its disk has {TraceText.Describe(node.Disk.HardState)}");
        }
    }

    private static void HasLog(TestNode node, AppendAccepted accepted)
    {
        var durable = node.Disk.Durable;
        if (accepted.Matched > durable.Last.Index)
        {
            throw Broken(node, accepted, $"its disk ends at {durable.Last}");
        }

        // What is written and not yet durable must not differ from what is promised.
        if (durable.TermAt(accepted.Matched) is { } term && node.Disk.Written.TermAt(accepted.Matched) is { } written && term != written)
        {
            throw Broken(node, accepted, $"its disk has term {term} there, and term {written} is being written (L10)");
        }
    }

    private static SafetyException Broken(TestNode node, Message message, string why) =>
        new($"{TraceText.Name(node.Id)} says {TraceText.Describe(message, message.Term)} in term {message.Term}, but {why} (I10).");
}
