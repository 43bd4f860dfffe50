using Lutra.Node.Members;
using Lutra.Raft;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Runs.Faults;

/// <summary>
/// Members come and go: machines that stand by are taken in, in every way there is, learners are promoted, members are removed and replaced, and what was removed
/// comes back as another node (pitfalls M01 to M12). Never so that too few sound voters would be left to go on.
/// </summary>
internal sealed class MembersFault(FaultSetting setting)
    : RecurringFault(setting, Title, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(30))
{
    public const string Title = "members";

    private Roster Roster => Setting.Operator.Roster;

    public override void Strike()
    {
        if (Setting.AnyRunning(Random) is not { Loop.Replica: not null } asked || Roster.Newest is not { } members)
            return;
        var member = Random.OneOf(members.Members);
        switch (Random.Next(8))
        {
            case 0 or 1 or 2:
                TakeIn(asked, members);
                break;
            case 3 or 4:
                Remove(asked, member);
                break;
            case 5:
                ReplaceInPlace(asked, members, member);
                break;
            case 6:
                ReplaceElsewhere(asked, members, member);
                break;
            default:
                if (members.Members.FirstOrDefault(each => each.Role == MemberRole.Learner) is { } learner)
                    Ask(asked, new PromoteMember(NameOf(learner)));
                break;
        }
    }

    private void TakeIn(SimulatedNode asked, Configuration members)
    {
        if (AnyOutside() is not { } machine)
            return;
        var isAsked = Random.Next(3) > 0;
        Prepare(machine, members, joins: !isAsked || Random.Next(2) == 0);
        if (isAsked)
            Ask(asked, new AddMember(AddressOf(machine), LabelOrNone(machine), Promotion: Random.Next(3) == 0 ? MemberPromotion.Manual : MemberPromotion.Automatic));
    }

    private void Remove(SimulatedNode asked, Member member)
    {
        if (!Setting.Operator.BearsRemovalOf(member.Id))
            return;
        Setting.Operator.RemovalAsked(member.Id);
        Ask(asked, new RemoveMember(NameOf(member)), member.Id);
    }

    // A machine has lost its folder, and its place is given to the node that begins there anew.
    private void ReplaceInPlace(SimulatedNode asked, Configuration members, Member member)
    {
        if (Setting.Cluster.Nodes.FirstOrDefault(node => AddressOf(node) == member.PeerAddress) is not { } machine
            || machine == asked || !Setting.Operator.BearsRemovalOf(member.Id) || !Setting.Operator.MayWipe(machine))
            return;
        Setting.Note(machine, "loses its disk");
        machine.PowerCut();
        machine.Wipe();
        Join(machine, members, joins: false);
        Setting.Operator.RemovalAsked(member.Id);
        // It takes a while until the leader believes that the node is down.
        Setting.Scheduler.After(Random.LogUniform(TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(8)), () =>
        {
            if (!Setting.IsOver && asked is { IsUp: true, Loop.Replica: not null })
                Ask(asked, new ReplaceMember(NameOf(member)), member.Id);
            Setting.Operator.Return(machine);
        });
    }

    private void ReplaceElsewhere(SimulatedNode asked, Configuration members, Member member)
    {
        if (AnyOutside() is not { } machine || !Setting.Operator.BearsRemovalOf(member.Id))
            return;
        Prepare(machine, members, joins: Random.Next(2) == 0);
        Ask(asked, new ReplaceMember(NameOf(member), AddressOf(machine), LabelOrNone(machine)));
    }

    // A machine that stands by, or one whose node was removed; seldom one that is about to join.
    private SimulatedNode? AnyOutside()
    {
        var outside = Setting.Cluster.Nodes.Where(node => !Roster.MayVote(node) && Setting.Operator.IsSound(node) && (!node.IsUp || Random.Next(4) == 0)).ToArray();
        return outside.Length == 0 ? null : Random.OneOf(outside);
    }

    private void Prepare(SimulatedNode machine, Configuration members, bool joins)
    {
        Setting.Operator.Vacate(machine);
        Join(machine, members, joins);
        Setting.Note(machine, joins ? "is made ready to join" : "is made ready to be taken in");
        Setting.Operator.Return(machine);
    }

    private static void Join(SimulatedNode machine, Configuration members, bool joins) => machine.JoinThrough(
        [.. members.Members.Where(member => member.Node is not null && member.PeerAddress != AddressOf(machine)).Select(member => member.PeerAddress)], joins);

    private void Ask(SimulatedNode asked, MemberChange change, MemberId? removed = null)
    {
        Setting.Note(asked, $"is asked to {change}");
        asked.Requests.Change(change, answer =>
        {
            Setting.Note(asked, $"answers to {change}: {answer.Error?.ToString() ?? "done"} {answer.Message}");
            if (removed is { } id && answer.Error != LutraError.OutcomeUnknown)
                Setting.Operator.RemovalEnded(id);
            // After the event in which it was answered: the watch sees what was committed at its end.
            if (answer.Error is null)
                Setting.Scheduler.After(TimeSpan.Zero, () => Judge(asked, change, answer));
        });
    }

    // I8: a change that is acknowledged is committed, and is what was asked for.
    private void Judge(SimulatedNode asked, MemberChange change, MemberAnswer answer)
    {
        if (!Roster.WasCommitted(answer.At, answer.Members))
            Setting.Operator.Blame($"I8: node {asked.Label} acknowledged {change}, and these members were never committed at {answer.At}");
        var isThere = answer.Members.Members.Any(member => member.Id == answer.Member);
        if (answer.Member != default && isThere == change is RemoveMember)
            Setting.Operator.Blame($"I8: node {asked.Label} acknowledged {change}, and member {answer.Member} is {(isThere ? "there" : "not there")}");
    }

    private string NameOf(Member member) => member.Label.Length > 0 && Random.Next(2) == 0 ? member.Label : member.PeerAddress;

    private string? LabelOrNone(SimulatedNode machine) => Random.Next(2) == 0 ? machine.Label : null;

    private static string AddressOf(SimulatedNode machine) => machine.Options.EffectivePeerAddress;
}
