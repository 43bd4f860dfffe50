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

    // What was last said about each member.
    private readonly SortedDictionary<MemberId, string> told = [];
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
                Tell(member, $"At {member.PeerAddress}, kept for member {member.Label}, a node answers that calls itself {Formation.PlainText.Of(visitor.Label)}: start it with --id={member.Label}, or remove the member and add it anew.");
                continue;
            }

            if (Place.Of(visitor.PeerAddress, visitor.ClientAddress, visitor.Label, out _) is not { } place)
                continue;
            var plan = new MemberPlanner(raft.Configuration, isRepeated: true, _ => false, random).Bound(member, visitor.Node, place);
            if (plan.Target is null)
            {
                Tell(member, $"The node that answers at {member.PeerAddress} cannot be taken in: {plan.Message}");
                continue;
            }

            Marks.MemberBound.Hit();
            return plan.Target;
        }

        return null;
    }

    /// <summary>Who is there now, whoever led when he came.</summary>
    private Hello? Visitor(Member member) => peers.HellosAt(member.PeerAddress).FirstOrDefault(hello =>
        hello.CanBeTakenIn && raft.Configuration.MemberOf(hello.Node) is null && !raft.WasSeenAsMember(hello.Node));

    /// <summary>
    /// What a node says of its own addresses holds: it was started there. All are written down at once, because two may have changed places. Who is at the address of
    /// one that stays has to wait.
    /// </summary>
    private Member[]? Moved()
    {
        var members = raft.Configuration.Members;
        var moved = members.Select(AsItSays).ToArray();
        for (var at = 0; at < moved.Length; at++)
        {
            var (before, now) = (members[at], moved[at]);
            if (now.PeerAddress == before.PeerAddress || Array.Find(moved, other => other.Id != now.Id && other.PeerAddress == now.PeerAddress) is not { } there)
                continue;
            Tell(before, $"Member {MemberPlanner.NameOf(before)} says that it is at {now.PeerAddress}, which is the address of member {MemberPlanner.NameOf(there)}.");
            // It stays where it was, and there may be another one by now: looked at from the beginning.
            moved[at] = before;
            at = -1;
        }

        if (moved.SequenceEqual(members))
            return null;
        Marks.MemberMoved.Hit();
        return moved;
    }

    private Member AsItSays(Member member) =>
        member.Node is { } node && (node == raft.Id ? own() : peers.HelloOf(node)) is { HasBegun: true } hello
        && (member.PeerAddress != hello.PeerAddress || member.ClientAddress != hello.ClientAddress)
        && Place.Of(hello.PeerAddress, hello.ClientAddress, null, out _) is { } place
            ? member with { PeerAddress = place.PeerAddress, ClientAddress = place.ClientAddress }
            : member;

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

    private void Tell(Member member, string line)
    {
        if (told.TryGetValue(member.Id, out var before) && before == line)
            return;
        foreach (var gone in told.Keys.Where(id => raft.Configuration.Members.All(each => each.Id != id)).ToArray())
            told.Remove(gone);
        told[member.Id] = line;
        tell(new NodeEvent(NodeEventLevel.Warning, line));
    }
}
