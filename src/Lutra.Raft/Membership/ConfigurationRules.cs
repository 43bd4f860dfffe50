namespace Lutra.Raft;

/// <summary>What holds for every configuration, wherever it comes from: one that breaks it is refused, on disk, on the wire and as a proposal.</summary>
internal static class ConfigurationRules
{
    /// <returns>What is broken, as a clause of a sentence; null if nothing is.</returns>
    public static string? Broken(IReadOnlyList<Member> members, IReadOnlyCollection<NodeId> outgoingVoters)
    {
        if (members.Count > ConfigurationFormat.MembersMax)
            return $"{members.Count} members are above the limit of {ConfigurationFormat.MembersMax}";

        var ids = new SortedSet<MemberId>();
        var nodes = new SortedSet<NodeId>();
        foreach (var member in members)
        {
            if (member.Id.Value == 0)
                return "a member has the id 0";
            if (!ids.Add(member.Id))
                return $"the member {member.Id} is there twice";
            if (member.Node is { Value: 0 })
                return $"the member {member.Id} has the node id 0";
            if (member.Node is { } node && !nodes.Add(node))
                return $"the node {node} is there twice";
            if (member.Role is not (MemberRole.Voter or MemberRole.Learner or MemberRole.Leaving))
                return $"the member {member.Id} has the unknown role {(byte)member.Role}";
            if (member.AutoPromote && member.Role != MemberRole.Learner)
                return $"the member {member.Id} is to be promoted, but is no learner";
            if (member.Replaces is { } replaced && (!member.AutoPromote || replaced == member.Id || replaced.Value == 0))
                return $"the member {member.Id} replaces {replaced}, but is not to be promoted";
            if (!(ConfigurationFormat.IsText(member.Label) && ConfigurationFormat.IsText(member.PeerAddress) && ConfigurationFormat.IsText(member.ClientAddress)))
                return $"the label or an address of the member {member.Id} is no Unicode or is longer than {ConfigurationFormat.TextBytesMax} bytes";
            if (member.Role == MemberRole.Leaving && (member.Node is not { } leaving || !outgoingVoters.Contains(leaving)))
                return $"the member {member.Id} is leaving, but is no outgoing voter";
        }

        foreach (var voter in outgoingVoters)
        {
            if (!nodes.Contains(voter))
                return $"the outgoing voter {voter} is no member";
        }

        return null;
    }
}
