using System.Globalization;
using Lutra.Node.Formation;
using Lutra.Raft;

namespace Lutra.Node.Members;

/// <summary>
/// The rules of changing members that are about names, addresses and people's intentions; the consensus core adds its own about voters and majorities
/// (pitfalls M10, M11, M13). Pure.
/// </summary>
/// <param name="current">The configuration in force.</param>
/// <param name="isRepeated">The same change was asked for before, and may be done: what it did is no reason to refuse it.</param>
/// <param name="isUp">Whether a node is connected just now.</param>
/// <param name="random">For ids of members.</param>
internal sealed class MemberPlanner(Configuration current, bool isRepeated, Func<NodeId, bool> isUp, Random random)
{
    public MemberPlan Plan(MemberChange change) => change switch
    {
        AddMember add => Add(add),
        AdmitNode admit => Admit(admit),
        RemoveMember remove => Remove(remove),
        PromoteMember promote => Promote(promote),
        ReplaceMember replace => Replace(replace),
        MoveMember move => Move(move),
        _ => throw new System.Diagnostics.UnreachableException($"No rule for {change}"),
    };

    /// <summary>The member of this label, id or peer address; null: there is none.</summary>
    public static Member? Find(Configuration members, string name) =>
        members.Members.FirstOrDefault(member => member.Label == name && name.Length > 0)
        ?? (name.Length <= 16 && ulong.TryParse(name, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id)
            ? members.Members.FirstOrDefault(member => member.Id.Value == id) : null)
        ?? (PeerAddress.TryParse(name, out _) is { } address ? members.Members.FirstOrDefault(member => member.PeerAddress == address.ToString()) : null);

    /// <summary>The members with this learner as a voter, and without the one whose place it takes.</summary>
    public static IReadOnlyList<Member> Promoted(Configuration members, Member learner) =>
        [.. Without(members, learner.Replaces).Where(member => member.Id != learner.Id), learner with { Role = MemberRole.Voter, AutoPromote = false, Replaces = null }];

    public static string NameOf(Member member) => member.Label.Length > 0 ? member.Label : $"{member.Id} at {PlainText.Of(member.PeerAddress)}";

    private MemberPlan Add(AddMember add)
    {
        if (Place.Of(add.Address, add.ClientAddress, add.Label, out var fault) is not { } place)
            return MemberPlan.Refuse(LutraError.InvalidArgument, fault!);
        if (At(place.PeerAddress) is { } there)
        {
            return add.Label is null || there.Label.Length == 0 || there.Label == add.Label
                ? MemberPlan.SoAlready(there.Id)
                : MemberPlan.Refuse(LutraError.MemberExists, $"The address {place.PeerAddress} belongs to member {NameOf(there)}; remove that first, or give another address.");
        }

        return Taken(place) ?? Room(1) ?? Added(place, add.Promotion == MemberPromotion.Automatic, null);
    }

    private MemberPlan Admit(AdmitNode admit)
    {
        if (current.MemberOf(admit.Node) is { } known)
            return MemberPlan.SoAlready(known.Id);
        if (Place.Of(admit.PeerAddress, admit.ClientAddress, admit.Label, out var fault) is not { } place)
            return MemberPlan.Refuse(LutraError.InvalidArgument, fault!);
        var kept = current.Members.FirstOrDefault(member => member.Node is null && member.PeerAddress == place.PeerAddress
            && (member.Label.Length == 0 || member.Label == place.Label || !admit.LabelGiven));
        if (kept is not null)
            return Bound(kept, admit.Node, place);
        if (At(place.PeerAddress) is { } there)
            return MemberPlan.Refuse(LutraError.MemberExists, $"The address {place.PeerAddress} belongs to member {NameOf(there)}; if that node is lost, say 'lutra member replace {NameOf(there)}'.");
        return Taken(place) ?? Room(1) ?? Added(place, autoPromote: true, admit.Node);
    }

    /// <summary>The node came to the place that was kept for it: from now on it counts as what the place says.</summary>
    public MemberPlan Bound(Member kept, NodeId node, Place place)
    {
        if (current.Members.FirstOrDefault(member => member.Label == place.Label && member.Id != kept.Id) is { } namesake)
            return MemberPlan.Refuse(LutraError.MemberExists, $"Id {place.Label} belongs to the member at {namesake.PeerAddress}; start the node with an --id of its own.");
        var bound = kept with { Node = node, Label = place.Label, PeerAddress = place.PeerAddress, ClientAddress = place.ClientAddress };
        return MemberPlan.Propose([.. current.Members.Where(member => member.Id != kept.Id), bound], kept.Id);
    }

    private MemberPlan Remove(RemoveMember remove)
    {
        if (Find(current, remove.Member) is not { } member)
            return Missing(remove.Member);
        if (member.Role == MemberRole.Voter && current.Voters.Count == 1)
            return MemberPlan.Refuse(LutraError.ChangeRefused, $"Member {NameOf(member)} is the last voter, and a cluster cannot be without one. Add another first; to end the cluster, stop its node.");
        return MemberPlan.Propose(Without(current, member.Id), member.Id);
    }

    private MemberPlan Promote(PromoteMember promote)
    {
        if (Find(current, promote.Member) is not { } member)
            return MemberPlan.Refuse(LutraError.MemberNotFound, NotFound(promote.Member));
        if (member.Role == MemberRole.Voter)
            return MemberPlan.SoAlready(member.Id);
        return member.Node is null
            ? MemberPlan.Refuse(LutraError.ChangeRefused, $"Member {NameOf(member)} has never started: start its node first.")
            : MemberPlan.Propose(Promoted(current, member), member.Id);
    }

    private MemberPlan Replace(ReplaceMember replace)
    {
        if (Find(current, replace.Member) is not { } old)
            return Missing(replace.Member);
        var isSamePlace = replace.Address is null;
        if (Place.Of(replace.Address ?? old.PeerAddress, replace.ClientAddress ?? (isSamePlace ? old.ClientAddress : null), replace.Label ?? (isSamePlace ? old.Label : null), out var fault)
            is not { } place)
            return MemberPlan.Refuse(LutraError.InvalidArgument, fault!);
        isSamePlace |= place.PeerAddress == old.PeerAddress;
        if (!isSamePlace && At(place.PeerAddress) is { } there)
        {
            return there.Replaces == old.Id
                ? MemberPlan.SoAlready(there.Id)
                : MemberPlan.Refuse(LutraError.MemberExists, $"The address {place.PeerAddress} belongs to member {NameOf(there)}.");
        }

        if (isSamePlace && old.Node is null)
            return MemberPlan.SoAlready(old.Id);
        if (isSamePlace && old.Node is { } node && isUp(node))
            return MemberPlan.Refuse(LutraError.ChangeRefused, $"Member {NameOf(old)} is up. Stop its node first, or give the address of the one that takes its place.");
        if (current.Members.FirstOrDefault(member => member.Label == place.Label && place.Label.Length > 0 && member.Id != old.Id) is { } namesake)
            return MemberPlan.Refuse(LutraError.MemberExists, $"Id {place.Label} belongs to the member at {namesake.PeerAddress}.");
        if (isSamePlace && old.Role == MemberRole.Voter && current.Voters.Count == 1)
            return MemberPlan.Refuse(LutraError.ChangeRefused, $"Member {NameOf(old)} is the last voter; a cluster that has lost all its voters is brought back by 'lutra recover'.");

        // A learner's place is taken at once: nothing rests on it. A voter's vote counts until the new one's does.
        var goesAtOnce = isSamePlace || old.Role == MemberRole.Learner;
        if (!goesAtOnce && place.Label == old.Label)
            return MemberPlan.Refuse(LutraError.MemberExists, $"Id {place.Label} is in use until the new node has taken over: give the new one another.");
        var next = new Member(Draw(), null, place.Label, place.PeerAddress, place.ClientAddress, MemberRole.Learner)
        {
            AutoPromote = old.Role == MemberRole.Voter || old.AutoPromote,
            Replaces = goesAtOnce ? null : old.Id,
        };
        if (goesAtOnce)
            return MemberPlan.Propose([.. Without(current, old.Id), next], next.Id);
        return Room(1) ?? MemberPlan.Propose([.. current.Members, next], next.Id);
    }

    private MemberPlan Move(MoveMember move)
    {
        if (Find(current, move.Member) is not { } member)
            return MemberPlan.Refuse(LutraError.MemberNotFound, NotFound(move.Member));
        if (Place.Of(move.PeerAddress, null, null, out var fault) is not { } place)
            return MemberPlan.Refuse(LutraError.InvalidArgument, fault!);
        if (place.PeerAddress == member.PeerAddress)
            return MemberPlan.SoAlready(member.Id);
        if (At(place.PeerAddress) is { } there)
            return MemberPlan.Refuse(LutraError.MemberExists, $"The address {place.PeerAddress} belongs to member {NameOf(there)}.");
        if (member.Node is { } node && isUp(node))
            return MemberPlan.Refuse(LutraError.ChangeRefused, $"Member {NameOf(member)} is up, and says itself where it is: start it with its new address, and the cluster writes it down.");
        var client = member.ClientAddress == member.PeerAddress ? place.PeerAddress : member.ClientAddress;
        return MemberPlan.Propose([.. current.Members.Where(other => other.Id != member.Id), member with { PeerAddress = place.PeerAddress, ClientAddress = client }], member.Id);
    }

    private MemberPlan Added(Place place, bool autoPromote, NodeId? node)
    {
        var added = new Member(Draw(), node, place.Label, place.PeerAddress, place.ClientAddress, MemberRole.Learner) { AutoPromote = autoPromote };
        return MemberPlan.Propose([.. current.Members, added], added.Id);
    }

    private MemberPlan? Taken(Place place)
    {
        if (place.Label.Length > 0 && current.Members.FirstOrDefault(member => member.Label == place.Label) is { } namesake)
        {
            return MemberPlan.Refuse(
                LutraError.MemberExists, $"Id {place.Label} belongs to the member at {namesake.PeerAddress}. Take another, or say 'lutra member replace {place.Label}' if that node is lost.");
        }

        return null;
    }

    private MemberPlan? Room(int more) => current.Members.Length + more <= Draft.MembersMax
        ? null
        : MemberPlan.Refuse(LutraError.ChangeRefused, $"The cluster has {current.Members.Length} members, and {Draft.MembersMax} is the most.");

    private MemberPlan Missing(string name) =>
        isRepeated ? MemberPlan.SoAlready(default) : MemberPlan.Refuse(LutraError.MemberNotFound, NotFound(name));

    private string NotFound(string name) =>
        $"There is no member '{PlainText.Of(name)}'; the members are {string.Join(", ", current.Members.OrderBy(member => Identity.Label.TryParse(member.Label, out _)).Select(NameOf))}.";

    private Member? At(string peerAddress) => current.Members.FirstOrDefault(member => member.PeerAddress == peerAddress);

    private static IReadOnlyList<Member> Without(Configuration members, MemberId? gone) =>
        [.. members.Members.Where(member => member.Id != gone).Select(member => member.Replaces == gone ? member with { Replaces = null } : member)];

    private MemberId Draw()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        while (true)
        {
            random.NextBytes(bytes);
            var id = new MemberId(BitConverter.ToUInt64(bytes));
            if (id.Value != 0 && current.Members.All(member => member.Id != id))
                return id;
        }
    }
}
