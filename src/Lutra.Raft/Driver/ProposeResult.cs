namespace Lutra.Raft;

public enum ProposeOutcome
{
    /// <summary>Appended at the leader; whether it commits is not known yet.</summary>
    Appended,

    /// <summary>Certainly not appended: another node leads, or none is known.</summary>
    NotLeader,

    /// <summary>Certainly not appended: leadership is being handed over; try again within an election timeout.</summary>
    Transferring,

    /// <summary>Certainly not appended: too many bytes wait to be committed.</summary>
    Overloaded,

    /// <summary>Certainly not appended: the payload is larger than an entry may be.</summary>
    TooLarge,

    /// <summary>Certainly not appended: a change of the configuration is still under way, or the leader has not yet committed in its term.</summary>
    ConfigurationPending,

    /// <summary>Certainly not appended: the new configuration is not allowed (no voter left, duplicate, unknown); the reason is in <see cref="ProposeResult.Reason"/>.</summary>
    ConfigurationInvalid,
}

/// <param name="Position">Where the entry was appended; meaningful for <see cref="ProposeOutcome.Appended"/> only.</param>
/// <param name="Leader">Who to ask instead, where known.</param>
public readonly record struct ProposeResult(ProposeOutcome Outcome, LogPosition Position, NodeId? Leader, string? Reason = null);
