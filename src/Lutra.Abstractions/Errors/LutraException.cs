namespace Lutra;

/// <summary>Why a request was not done, or cannot be known to be done.</summary>
public enum LutraError
{
    /// <summary>The request makes no sense as it stands.</summary>
    InvalidArgument,

    /// <summary>Key, request or number of operations is beyond a limit; the message says the limit, the size and the option that sets it.</summary>
    TooLarge,

    /// <summary>A put that keeps the value or lease of a key that is not there.</summary>
    KeyNotFound,

    /// <summary>The revision was compacted away.</summary>
    Compacted,

    /// <summary>The revision is not there yet.</summary>
    FutureRevision,

    LeaseNotFound,

    /// <summary>The idempotency key was used before, for another request.</summary>
    IdempotencyKeyReused,

    /// <summary>The session has ended, or its sequence number lies behind what is remembered.</summary>
    SessionExpired,

    /// <summary>No leader, or no majority: certainly not done; ask again.</summary>
    Unavailable,

    /// <summary>Refused before anything was done, because too much waits already; ask again later.</summary>
    Overloaded,

    /// <summary>No room on the disk: reads go on.</summary>
    NoSpace,

    /// <summary>The request may or may not have been done, now or later.</summary>
    OutcomeUnknown,

    /// <summary>The node is stopping or has stopped.</summary>
    Stopped,

    /// <summary>The caller may not do this.</summary>
    Denied,

    /// <summary>A lease of this number was granted before.</summary>
    LeaseExists,

    MemberNotFound,

    /// <summary>The label or the address belongs to another member.</summary>
    MemberExists,

    /// <summary>A change of members or of the leader that would hurt the cluster, or that cannot be done as it stands; the message says why.</summary>
    ChangeRefused,

    /// <summary>Users are asked for, and none came with the request.</summary>
    UserRequired,

    /// <summary>The token is unknown or over: log in again.</summary>
    InvalidToken,

    /// <summary>There is no such user, or the password is another.</summary>
    LoginFailed,

    /// <summary>Users or roles were changed after the caller proved who it is: certainly not done; log in again.</summary>
    AuthRevisionOld,

    /// <summary>Nobody needs to log in: users are not asked for.</summary>
    AuthNotEnabled,

    UserNotFound,

    UserExists,

    RoleNotFound,

    RoleExists,

    /// <summary>The user does not have the role.</summary>
    RoleNotGranted,

    /// <summary>The role has no permission for exactly this range.</summary>
    PermissionNotGranted,

    /// <summary>Users cannot be asked for: there is no user root.</summary>
    RootUserMissing,

    /// <summary>Users cannot be asked for: the user root does not have the role root.</summary>
    RootRoleMissing,

    /// <summary>A change of users and roles that would lock everybody out, or a permission for a range that is none.</summary>
    AuthChangeRefused,

    /// <summary>The alarm CORRUPT is raised: nothing is changed until somebody takes it back.</summary>
    Corrupt,
}

/// <summary>A request that was refused or whose outcome is unknown. <see cref="Error"/> says which, for code; the message is for people.</summary>
public class LutraException : Exception
{
    public LutraException(LutraError error, string message, Exception? inner = null)
        : base(message, inner) => Error = error;

    public LutraError Error { get; }

    /// <summary>Who may do it instead; null where the refusing node leads, knows of no leader, or no other node would help.</summary>
    public LeaderHint? Leader { get; init; }

    /// <summary>Whether the request is certainly not done: everything but <see cref="LutraError.OutcomeUnknown"/>.</summary>
    public bool CertainlyNotDone => Error != LutraError.OutcomeUnknown;
}
