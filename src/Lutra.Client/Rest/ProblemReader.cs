using System.Globalization;
using System.Net;
using System.Text.Json;
using Lutra.Protocol;

namespace Lutra.Client.Rest;

/// <summary>What an answer that is no success means.</summary>
internal static class ProblemReader
{
    /// <summary>The problem that the server described; null where the body is none of ours.</summary>
    public static ProblemBody? Read(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, LutraJson.Lenient.ProblemBody);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <param name="isWrite">
    /// Then an answer without a code of ours, which some other server on the way may have given, proves nothing: the write may be done.
    /// </param>
    public static LutraException ToException(HttpStatusCode status, ProblemBody? problem, bool isWrite, string endpoint)
    {
        var error = problem is null ? null : ErrorOf(problem.Code);
        if (error is { } known)
            return new LutraException(known, problem!.Detail ?? problem.Error) { Leader = LeaderOf(problem) };

        var answered = string.Create(CultureInfo.InvariantCulture, $"{endpoint} answered {(int)status} ({problem?.Detail ?? problem?.Error ?? "not in Lutra's words"})");
        return (int)status switch
        {
            >= 500 when isWrite => new LutraException(LutraError.OutcomeUnknown, $"{answered}: the write may or may not be done."),
            >= 500 => new LutraException(LutraError.Unavailable, $"{answered}."),
            _ => new LutraException(LutraError.InvalidArgument, $"{answered}. Is a Lutra server there?"),
        };
    }

    private static LeaderHint? LeaderOf(ProblemBody problem) =>
        problem.LeaderId is { } leader ? new LeaderHint(leader, ReplyReader.AddressOf(problem.Leader?.ClientUrl)) : null;

    /// <summary>Null: a code that is none of the store's.</summary>
    public static LutraError? ErrorOf(string code) => code switch
    {
        ProblemCodes.InvalidArgument => LutraError.InvalidArgument,
        ProblemCodes.TooLarge => LutraError.TooLarge,
        ProblemCodes.KeyNotFound => LutraError.KeyNotFound,
        ProblemCodes.Compacted => LutraError.Compacted,
        ProblemCodes.FutureRevision => LutraError.FutureRevision,
        ProblemCodes.LeaseNotFound => LutraError.LeaseNotFound,
        ProblemCodes.LeaseExists => LutraError.LeaseExists,
        ProblemCodes.MemberNotFound => LutraError.MemberNotFound,
        ProblemCodes.MemberExists => LutraError.MemberExists,
        ProblemCodes.ChangeRefused => LutraError.ChangeRefused,
        ProblemCodes.IdempotencyKeyReused => LutraError.IdempotencyKeyReused,
        ProblemCodes.SessionExpired => LutraError.SessionExpired,
        ProblemCodes.Unavailable => LutraError.Unavailable,
        ProblemCodes.Overloaded => LutraError.Overloaded,
        ProblemCodes.NoSpace => LutraError.NoSpace,
        ProblemCodes.Corrupt => LutraError.Corrupt,
        ProblemCodes.OutcomeUnknown => LutraError.OutcomeUnknown,
        ProblemCodes.Stopped => LutraError.Stopped,
        ProblemCodes.Denied => LutraError.Denied,
        ProblemCodes.UserRequired => LutraError.UserRequired,
        ProblemCodes.InvalidToken => LutraError.InvalidToken,
        ProblemCodes.LoginFailed => LutraError.LoginFailed,
        ProblemCodes.AuthRevisionOld => LutraError.AuthRevisionOld,
        ProblemCodes.AuthNotEnabled => LutraError.AuthNotEnabled,
        ProblemCodes.UserNotFound => LutraError.UserNotFound,
        ProblemCodes.UserExists => LutraError.UserExists,
        ProblemCodes.RoleNotFound => LutraError.RoleNotFound,
        ProblemCodes.RoleExists => LutraError.RoleExists,
        ProblemCodes.RoleNotGranted => LutraError.RoleNotGranted,
        ProblemCodes.PermissionNotGranted => LutraError.PermissionNotGranted,
        ProblemCodes.RootUserMissing => LutraError.RootUserMissing,
        ProblemCodes.RootRoleMissing => LutraError.RootRoleMissing,
        ProblemCodes.AuthChangeRefused => LutraError.AuthChangeRefused,
        _ => null,
    };
}
