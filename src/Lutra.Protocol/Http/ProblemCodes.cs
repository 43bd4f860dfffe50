namespace Lutra.Protocol;

/// <summary>The <c>code</c> of a problem. Codes do not change; the words beside them may.</summary>
public static class ProblemCodes
{
    public const string InvalidArgument = "invalid_argument";
    public const string TooLarge = "too_large";
    public const string KeyNotFound = "key_not_found";
    public const string Compacted = "compacted";
    public const string FutureRevision = "future_revision";
    public const string LeaseNotFound = "lease_not_found";
    public const string LeaseExists = "lease_exists";
    public const string MemberNotFound = "member_not_found";
    public const string MemberExists = "member_exists";
    public const string ChangeRefused = "change_refused";
    public const string IdempotencyKeyReused = "idempotency_key_reused";
    public const string SessionExpired = "session_expired";
    public const string Unavailable = "unavailable";
    public const string Overloaded = "overloaded";
    public const string NoSpace = "no_space";
    public const string OutcomeUnknown = "outcome_unknown";
    public const string Stopped = "stopped";
    public const string Denied = "denied";

    /// <summary>Users are asked for, and none came with the request.</summary>
    public const string UserRequired = "user_required";

    public const string InvalidToken = "invalid_token";
    public const string LoginFailed = "login_failed";

    /// <summary>Users or roles were changed after the caller proved who it is.</summary>
    public const string AuthRevisionOld = "auth_revision_old";

    public const string AuthNotEnabled = "auth_not_enabled";
    public const string UserNotFound = "user_not_found";
    public const string UserExists = "user_exists";
    public const string RoleNotFound = "role_not_found";
    public const string RoleExists = "role_exists";
    public const string RoleNotGranted = "role_not_granted";
    public const string PermissionNotGranted = "permission_not_granted";
    public const string RootUserMissing = "root_user_missing";
    public const string RootRoleMissing = "root_role_missing";
    public const string AuthChangeRefused = "auth_change_refused";

    /// <summary>The alarm CORRUPT is raised.</summary>
    public const string Corrupt = "corrupt";

    /// <summary><c>If-Match</c> or <c>If-None-Match</c> did not hold.</summary>
    public const string CompareFailed = "compare_failed";

    /// <summary>The write was not to be forwarded, and this node does not lead.</summary>
    public const string NotLeader = "not_leader";

    /// <summary>No such path.</summary>
    public const string NotFound = "not_found";

    public const string MethodNotAllowed = "method_not_allowed";
    public const string UnsupportedMediaType = "unsupported_media_type";
    public const string UpgradeRequired = "upgrade_required";
    public const string InternalError = "internal_error";
}
