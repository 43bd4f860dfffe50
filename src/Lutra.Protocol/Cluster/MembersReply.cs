using System.Text.Json.Serialization;

namespace Lutra.Protocol;

public sealed record MembersReply(string Cluster, IReadOnlyList<MemberReply> Members);

/// <param name="Id">The member id that clients see, in hexadecimal.</param>
/// <param name="NodeId">The label; a number where it is an integer.</param>
/// <param name="Name">The label, always as a string.</param>
/// <param name="HasStarted">The member has answered at least once.</param>
/// <param name="Promotion">Of a learner: "automatic" or "manual"; absent for a voter.</param>
/// <param name="Replaces">The id of the member that goes when this one becomes a voter; absent where none does.</param>
public sealed record MemberReply(
    string Id, [property: JsonConverter(typeof(LabelConverter))] string NodeId, string Name, string PeerAddress, string ClientAddress, bool IsLearner,
    bool HasStarted, bool IsLeader, string? Promotion = null, string? Replaces = null);
