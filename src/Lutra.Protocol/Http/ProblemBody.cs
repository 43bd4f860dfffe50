using System.Text.Json.Serialization;

namespace Lutra.Protocol;

/// <summary>
/// Why a request was refused: RFC 9457's members, and <c>error</c>, <c>code</c> and <c>leader_id</c> for those who look there. Of the rest, what helps.
/// </summary>
public sealed record ProblemBody
{
    public required string Type { get; init; }

    public required string Title { get; init; }

    public required int Status { get; init; }

    public string? Detail { get; init; }

    /// <summary>The same words as <see cref="Title"/>.</summary>
    public required string Error { get; init; }

    /// <summary>For programs: one of <see cref="ProblemCodes"/>.</summary>
    public required string Code { get; init; }

    [JsonConverter(typeof(LabelConverter))]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? LeaderId { get; init; }

    /// <summary>With what another node may do: who leads, as this one last heard, and where. Missing where that is not known or would not help.</summary>
    public LeaderReply? Leader { get; init; }

    /// <summary>With a failed compare: the revision that the key has now; 0 if it is not there.</summary>
    public long? CurrentRevision { get; init; }

    /// <summary>With what was too large: the limit, in bytes (or operations).</summary>
    public long? Limit { get; init; }

    /// <summary>With what was too large: its size, or so much of it as was seen.</summary>
    public long? Size { get; init; }

    /// <summary>With what was too large: the option that sets the limit; missing where it is fixed.</summary>
    public string? Option { get; init; }
}
