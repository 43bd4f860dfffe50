using Lutra.Protocol;
using Microsoft.AspNetCore.Http;

namespace Lutra.Server.Rest.Replies;

/// <summary>What each refusal of the store is over HTTP.</summary>
internal static class ErrorMap
{
    public static Problem ToProblem(LutraException refusal) => For(refusal.Error) with { Detail = refusal.Message, Leader = refusal.Leader };

    private static Problem For(LutraError error) => error switch
    {
        LutraError.InvalidArgument => new(StatusCodes.Status400BadRequest, ProblemCodes.InvalidArgument, "Malformed request"),
        LutraError.TooLarge => new(StatusCodes.Status413PayloadTooLarge, ProblemCodes.TooLarge, "Too large"),
        LutraError.KeyNotFound => new(StatusCodes.Status404NotFound, ProblemCodes.KeyNotFound, "Key not found"),
        LutraError.Compacted => new(StatusCodes.Status409Conflict, ProblemCodes.Compacted, "Revision compacted"),
        LutraError.FutureRevision => new(StatusCodes.Status409Conflict, ProblemCodes.FutureRevision, "Revision not reached"),
        LutraError.LeaseNotFound => new(StatusCodes.Status404NotFound, ProblemCodes.LeaseNotFound, "Lease not found"),
        LutraError.LeaseExists => new(StatusCodes.Status409Conflict, ProblemCodes.LeaseExists, "Lease exists"),
        LutraError.MemberNotFound => new(StatusCodes.Status404NotFound, ProblemCodes.MemberNotFound, "Member not found"),
        LutraError.MemberExists => new(StatusCodes.Status409Conflict, ProblemCodes.MemberExists, "Member exists"),
        LutraError.ChangeRefused => new(StatusCodes.Status409Conflict, ProblemCodes.ChangeRefused, "Change refused"),
        LutraError.IdempotencyKeyReused => new(
            StatusCodes.Status422UnprocessableEntity, ProblemCodes.IdempotencyKeyReused, "Idempotency key reused"),
        LutraError.SessionExpired => new(StatusCodes.Status409Conflict, ProblemCodes.SessionExpired, "Session expired"),
        LutraError.Unavailable => new(StatusCodes.Status503ServiceUnavailable, ProblemCodes.Unavailable, "Unavailable"),
        LutraError.Overloaded => new(StatusCodes.Status503ServiceUnavailable, ProblemCodes.Overloaded, "Overloaded"),
        LutraError.NoSpace => new(StatusCodes.Status507InsufficientStorage, ProblemCodes.NoSpace, "No space"),
        LutraError.Corrupt => new(StatusCodes.Status409Conflict, ProblemCodes.Corrupt, "Corrupt cluster"),
        LutraError.OutcomeUnknown => new(StatusCodes.Status504GatewayTimeout, ProblemCodes.OutcomeUnknown, "Outcome unknown"),
        LutraError.Stopped => new(StatusCodes.Status503ServiceUnavailable, ProblemCodes.Stopped, "Stopping"),
        LutraError.UserRequired => new(StatusCodes.Status401Unauthorized, ProblemCodes.UserRequired, "User required"),
        LutraError.InvalidToken => new(StatusCodes.Status401Unauthorized, ProblemCodes.InvalidToken, "Invalid token"),
        LutraError.LoginFailed => new(StatusCodes.Status401Unauthorized, ProblemCodes.LoginFailed, "Login failed"),
        LutraError.AuthRevisionOld => new(StatusCodes.Status401Unauthorized, ProblemCodes.AuthRevisionOld, "Users were changed"),
        LutraError.AuthNotEnabled => new(StatusCodes.Status409Conflict, ProblemCodes.AuthNotEnabled, "Users are not asked for"),
        LutraError.UserNotFound => new(StatusCodes.Status404NotFound, ProblemCodes.UserNotFound, "User not found"),
        LutraError.UserExists => new(StatusCodes.Status409Conflict, ProblemCodes.UserExists, "User exists"),
        LutraError.RoleNotFound => new(StatusCodes.Status404NotFound, ProblemCodes.RoleNotFound, "Role not found"),
        LutraError.RoleExists => new(StatusCodes.Status409Conflict, ProblemCodes.RoleExists, "Role exists"),
        LutraError.RoleNotGranted => new(StatusCodes.Status404NotFound, ProblemCodes.RoleNotGranted, "Role not granted"),
        LutraError.PermissionNotGranted => new(StatusCodes.Status404NotFound, ProblemCodes.PermissionNotGranted, "Permission not granted"),
        LutraError.RootUserMissing => new(StatusCodes.Status409Conflict, ProblemCodes.RootUserMissing, "Root user missing"),
        LutraError.RootRoleMissing => new(StatusCodes.Status409Conflict, ProblemCodes.RootRoleMissing, "Root role missing"),
        LutraError.AuthChangeRefused => new(StatusCodes.Status409Conflict, ProblemCodes.AuthChangeRefused, "Change refused"),
        LutraError.Denied => new(StatusCodes.Status403Forbidden, ProblemCodes.Denied, "Denied"),
        _ => new(StatusCodes.Status500InternalServerError, ProblemCodes.InternalError, "Internal error"),
    };
}
