namespace Lutra.Raft;

/// <summary>The way from one configuration to another: in one step where the voters stay the same, else through a joint one.</summary>
internal static class ConfigurationChange
{
    /// <summary>The configuration to append first on the way from <paramref name="current"/> to <paramref name="target"/>.</summary>
    public static Configuration FirstStep(Configuration current, Configuration target)
    {
        Invariant.Holds(!current.IsJoint, "A change starts from a configuration that is not joint.");
        if (target.Voters.SetEquals(current.Voters))
            return target;
        var members = new List<Member>(target.Members);
        foreach (var member in current.Members)
        {
            // A voter that becomes a learner is there already, in its new role; it still counts, as one of the outgoing voters.
            if (member is { Role: MemberRole.Voter, Node: { } node } && !members.Exists(one => one.Node == node))
                members.Add(member with { Role = MemberRole.Leaving });
        }

        return new Configuration(members, current.Voters);
    }

    /// <summary>What follows a joint configuration once it is committed.</summary>
    public static Configuration LeaveJoint(Configuration joint)
    {
        Invariant.Holds(joint.IsJoint, "Only a joint configuration is left.");
        var members = new List<Member>(joint.Members.Length);
        foreach (var member in joint.Members)
        {
            if (member.Role != MemberRole.Leaving)
                members.Add(member);
        }

        return new Configuration(members, []);
    }

    /// <summary>
    /// What forbids <paramref name="target"/> as the successor of <paramref name="current"/> (pitfalls M10, M11, M13), as a clause of a
    /// sentence; null if nothing does.
    /// </summary>
    /// <param name="isCaughtUp">Whether a node has acknowledged nearly the whole log to this leader and was heard of late.</param>
    /// <param name="isLive">Whether a node was heard within the last election timeout.</param>
    public static string? Forbidden(Configuration current, IReadOnlyList<Member> target, Func<NodeId, bool> isCaughtUp, Func<NodeId, bool> isLive)
    {
        if (ConfigurationRules.Broken(target, []) is { } broken)
            return broken;
        var addresses = new SortedSet<string>(StringComparer.Ordinal);
        var voters = 0;
        var liveVoters = 0;
        foreach (var member in target)
        {
            if (member.PeerAddress.Length > 0 && !addresses.Add(member.PeerAddress))
                return $"the address {member.PeerAddress} is there twice";
            if (RebindProblem(current, member) is { } rebind)
                return rebind;
            if (member.Role != MemberRole.Voter)
                continue;
            if (member.Node is not { } node)
                return $"the member {member.Id} has never answered: it must be a learner before it votes";
            if (!current.Voters.Contains(node) && !current.Learners.Contains(node))
                return $"the node {node} must be a learner before it votes";
            if (!current.Voters.Contains(node) && !isCaughtUp(node))
                return $"the learner {node} has not caught up with the log";
            voters++;
            liveVoters += isLive(node) ? 1 : 0;
        }

        if (voters == 0)
            return "no voter would be left";
        return liveVoters < Majority.Of(voters) ? $"only {liveVoters} of its {voters} voters answer, which is no majority" : null;
    }

    private static string? RebindProblem(Configuration current, Member member)
    {
        foreach (var known in current.Members)
        {
            if (known.Id == member.Id && known.Node is { } bound && member.Node != bound)
                return $"the member {member.Id} is bound to the node {bound} for good";
            if (known.Id != member.Id && known.Node is { } taken && member.Node == taken)
                return $"the node {taken} is bound to the member {known.Id}";
        }

        return null;
    }
}
