using Lutra.Node.Peers;
using Lutra.Raft;

namespace Lutra.Node.Members;

/// <summary>
/// What a leader does to the members unasked, one step at a time and after what people asked for: binds a node that came to the place kept for it, writes down
/// addresses that changed, and promotes learners that have caught up. Loop only.
/// </summary>
internal sealed class MemberDuties(RaftNode raft, PeerExchange peers, MemberChanges changes, Func<Hello> own, Random random, Action<NodeEvent> tell)
{
    private const int TicksPerLook = 2;

    private string? told;
    private int ticks;

    public void Tick()
    {
        if (raft.Role != RoleName.Leader)
            return;
        if (++ticks % TicksPerLook != 0 || !changes.IsIdle || !raft.CommittedInTerm || raft.IsTransferring || raft.ConfigurationIndex > raft.Commit)
            return;
        if ((Bind() ?? Moved()) is { } target)
            raft.ProposeConfiguration(target);
        else
            Promote();
    }

    private IReadOnlyList<Member>? Bind()
    {
        foreach (var member in raft.Configuration.Members)
        {
            if (member.Node is not null || Visitor(member) is not { } visitor)
                continue;
            if (visitor.LabelGiven && member.Label.Length > 0 && member.Label != visitor.Label)
            {
                Tell($"At {member.PeerAddress}, kept for member {member.Label}, a node answers that calls itself {Formation.PlainText.Of(visitor.Label)}: start it with --id={member.Label}, or remove the member and add it anew.");
                continue;
            }

            if (Place.Of(visitor.PeerAddress, visitor.ClientAddress, visitor.Label, out _) is not { } place)
                continue;
            var plan = new MemberPlanner(raft.Configuration, isRepeated: true, _ => false, random).Bound(member, visitor.Node, place);
            if (plan.Target is null)
            {
                Tell($"The node that answers at {member.PeerAddress} cannot be taken in: {plan.Message}");
                continue;
            }

            Marks.MemberBound.Hit();
            return plan.Target;
        }

        return null;
    }

    /// <summary>Who is there now, whoever led when he came.</summary>
    private Hello? Visitor(Member member) => peers.HellosAt(member.PeerAddress).FirstOrDefault(hello =>
        hello.CanBeTakenIn && raft.Configuration.Members.All(other => other.Node != hello.Node) && !raft.WasSeenAsMember(hello.Node));

    /// <summary>What a node says of its own addresses holds: it was started there.</summary>
    private IReadOnlyList<Member>? Moved()
    {
        foreach (var member in raft.Configuration.Members)
        {
            if (member.Node is not { } node || (node == raft.Id ? own() : peers.HelloOf(node)) is not { HasBegun: true } hello)
                continue;
            if (member.PeerAddress == hello.PeerAddress && member.ClientAddress == hello.ClientAddress)
                continue;
            if (Place.Of(hello.PeerAddress, hello.ClientAddress, null, out _) is not { } place)
                continue;
            if (raft.Configuration.Members.FirstOrDefault(other => other.Id != member.Id && other.PeerAddress == place.PeerAddress) is { } there)
            {
                Tell($"Member {MemberPlanner.NameOf(member)} says that it is at {place.PeerAddress}, which is the address of member {MemberPlanner.NameOf(there)}.");
                continue;
            }

            Marks.MemberMoved.Hit();
            return [.. raft.Configuration.Members.Where(other => other.Id != member.Id), member with { PeerAddress = place.PeerAddress, ClientAddress = place.ClientAddress }];
        }

        return null;
    }

    /// <summary>The core refuses a learner that has not caught up (pitfall M10); here that is no matter, it is tried again soon.</summary>
    private void Promote()
    {
        foreach (var member in raft.Configuration.Members)
        {
            if (member is not { Role: MemberRole.Learner, AutoPromote: true, Node: not null }
                || raft.ProposeConfiguration(MemberPlanner.Promoted(raft.Configuration, member)).Outcome != ProposeOutcome.Appended)
                continue;
            Marks.LearnerPromoted.Hit();
            return;
        }
    }

    private void Tell(string line)
    {
        if (line == told)
            return;
        told = line;
        tell(new NodeEvent(NodeEventLevel.Warning, line));
    }
}
