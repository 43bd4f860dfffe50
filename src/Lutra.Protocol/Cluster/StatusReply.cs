using System.Text.Json.Serialization;

namespace Lutra.Protocol;

/// <summary>What a node says of itself. Several members say one thing under the names that different clients look for.</summary>
public sealed record StatusReply
{
    /// <summary>The label; a number where it is an integer.</summary>
    [JsonConverter(typeof(LabelConverter))]
    public required string NodeId { get; init; }

    /// <summary>The random identity of the node's data folder, in hexadecimal.</summary>
    public required string Id { get; init; }

    /// <summary>The label, always as a string.</summary>
    public required string Name { get; init; }

    public string? Cluster { get; init; }

    public required string ClusterName { get; init; }

    /// <summary>One word, as old clients know them: Follower, Candidate, Leader, Learner, or Waiting.</summary>
    public required string State { get; init; }

    /// <summary>The role exactly, one of <see cref="RoleNames"/>.</summary>
    public required string Role { get; init; }

    public required ulong Term { get; init; }

    [JsonPropertyName("isLeader")]
    public required bool IsLeader { get; init; }

    [JsonConverter(typeof(LabelConverter))]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? LeaderId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public LeaderReply? Leader { get; init; }

    public required ulong CommitIndex { get; init; }

    public required ulong AppliedIndex { get; init; }

    public required ulong LastIndex { get; init; }

    public required long Revision { get; init; }

    public required long CompactRevision { get; init; }

    public required int Members { get; init; }

    public required string Version { get; init; }

    public required string Health { get; init; }

    public required bool OutOfSpace { get; init; }

    /// <summary>Those that somebody raised.</summary>
    public IReadOnlyList<AlarmReply> Alarms { get; init; } = [];

    /// <summary>While the cluster is not created: for whom or what the node waits, a line each.</summary>
    public required IReadOnlyList<string> Waiting { get; init; }
}

/// <param name="ClientUrl">Where clients reach it; null where it has not said so.</param>
public sealed record LeaderReply([property: JsonConverter(typeof(LabelConverter))] string Id, string Name, string? ClientUrl);

/// <summary>The values of <c>role</c>.</summary>
public static class RoleNames
{
    public const string Waiting = "waiting";
    public const string Follower = "follower";
    public const string PreCandidate = "pre_candidate";
    public const string Candidate = "candidate";
    public const string Leader = "leader";
    public const string Learner = "learner";
}
