using System.Text.Json.Serialization;

namespace Lutra.Protocol;

/// <summary>A member to add, or to put in another's place. An address may stand under any one of three names, a label under two.</summary>
public sealed record MemberBody
{
    /// <summary>What the new node calls itself; absent: whatever it says.</summary>
    [JsonConverter(typeof(LabelConverter))]
    public string? NodeId { get; init; }

    /// <summary>The same as <see cref="NodeId"/>.</summary>
    [JsonConverter(typeof(LabelConverter))]
    public string? Name { get; init; }

    /// <summary>Where peers will reach it, as host:port.</summary>
    public string? Address { get; init; }

    /// <summary>The same as <see cref="Address"/>.</summary>
    public string? PeerAddress { get; init; }

    /// <summary>The same as <see cref="Address"/>.</summary>
    public string? RaftAddress { get; init; }

    /// <summary>Where clients will reach it; absent: the same address.</summary>
    public string? ClientAddress { get; init; }

    /// <summary>"automatic" (as where it is absent) or "manual".</summary>
    public string? Promotion { get; init; }
}

/// <summary>A member to let go.</summary>
public sealed record LeaveBody
{
    /// <summary>Its label, member id or address.</summary>
    [JsonConverter(typeof(LabelConverter))]
    public required string NodeId { get; init; }
}

/// <summary>Where leadership goes.</summary>
public sealed record MoveLeaderBody
{
    /// <summary>A voter's label, member id or address; absent: the one that is furthest.</summary>
    [JsonConverter(typeof(LabelConverter))]
    public string? To { get; init; }
}

/// <summary>A change of members that is committed.</summary>
/// <param name="Status">"ok".</param>
/// <param name="MemberId">The member that it was about, in hexadecimal.</param>
/// <param name="Changed">False: it was so already.</param>
public sealed record MemberChangeReply(string Status, string MemberId, bool Changed, string Cluster, IReadOnlyList<MemberReply> Members);

/// <param name="LeaderId">The label of the member that leads now.</param>
public sealed record LeaderChangeReply(string Status, [property: JsonConverter(typeof(LabelConverter))] string LeaderId);

/// <summary>How the promotion of a learner is called on the wire.</summary>
public static class PromotionNames
{
    public const string Automatic = "automatic";
    public const string Manual = "manual";
}
