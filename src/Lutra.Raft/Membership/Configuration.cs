using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Lutra.Raft;

/// <summary>
/// Who belongs to the cluster, in force from the moment the entry is appended. While <see cref="OutgoingVoters"/> is not empty the
/// configuration is joint, and every decision needs a majority of both halves (Raft paper, section 6; pitfall M03).
/// </summary>
public sealed class Configuration
{
    /// <summary>No members: what a node has before it belongs to a cluster.</summary>
    public static readonly Configuration Empty = new([], []);

    public Configuration(IEnumerable<Member> members, IEnumerable<NodeId> outgoingVoters)
    {
        Members = [.. members.OrderBy(member => member.Id)];
        OutgoingVoters = [.. outgoingVoters];
        Voters = [.. Members.Where(member => member is { Role: MemberRole.Voter, Node: not null }).Select(member => member.Node!.Value)];
        Learners = [.. Members.Where(member => member is { Role: MemberRole.Learner, Node: not null }).Select(member => member.Node!.Value)];
    }

    /// <summary>Every member, in the order of their ids.</summary>
    public ImmutableArray<Member> Members { get; }

    /// <summary>The voters of the configuration that is being left; empty unless joint.</summary>
    public ImmutableSortedSet<NodeId> OutgoingVoters { get; }

    /// <summary>The bound voters of the incoming (or only) half.</summary>
    public ImmutableSortedSet<NodeId> Voters { get; }

    /// <summary>The bound learners.</summary>
    public ImmutableSortedSet<NodeId> Learners { get; }

    public bool IsJoint => !OutgoingVoters.IsEmpty;

    /// <summary>Whether <paramref name="node"/> counts in a majority of either half.</summary>
    public bool IsVoter(NodeId node) => Voters.Contains(node) || OutgoingVoters.Contains(node);

    /// <summary>The member that <paramref name="node"/> is bound to; null: it is none.</summary>
    public Member? MemberOf(NodeId node)
    {
        foreach (var member in Members)
        {
            if (member.Node == node)
                return member;
        }

        return null;
    }

    /// <summary>The bytes of this configuration: payload of an entry, part of a snapshot, of a manifest and of a peer's offer (docs/formats.md).</summary>
    public byte[] Encode() => ConfigurationFormat.Encode(this);

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    /// <exception cref="FormatException">The bytes are not a configuration, are of an unknown version, or break a rule of the format.</exception>
    public static Configuration Decode(ReadOnlySpan<byte> source) =>
        TryDecode(source, out var configuration, out var problem) ? configuration : throw new FormatException($"Not a configuration: {problem}.");

    /// <summary>Reads what <see cref="Encode"/> wrote; <paramref name="problem"/> says what is wrong with hostile or damaged bytes.</summary>
    public static bool TryDecode(
        ReadOnlySpan<byte> source, [NotNullWhen(true)] out Configuration? configuration, [NotNullWhen(false)] out string? problem)
    {
        configuration = ConfigurationFormat.Decode(source, out problem);
        return configuration is not null;
    }
}
