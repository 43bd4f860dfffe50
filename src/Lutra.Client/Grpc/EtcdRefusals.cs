using Lutra.Client.Rest;

namespace Lutra.Client.Grpc;

/// <summary>
/// What a call that did not succeed means. Servers of ours say it in the store's own words beside the status; of etcd's the texts are the interface, and stand here
/// as its catalogue has them.
/// </summary>
internal static class EtcdRefusals
{
    private const int Cancelled = 1;
    private const int Unknown = 2;
    private const int InvalidArgument = 3;
    private const int DeadlineExceeded = 4;
    private const int PermissionDenied = 7;
    private const int ResourceExhausted = 8;
    private const int FailedPrecondition = 9;
    private const int Unimplemented = 12;
    private const int Internal = 13;
    private const int Unauthenticated = 16;

    private static readonly (string Text, LutraError Error)[] Texts =
    [
        ("etcdserver: mvcc: required revision has been compacted", LutraError.Compacted),
        ("etcdserver: mvcc: required revision is a future revision", LutraError.FutureRevision),
        ("etcdserver: mvcc: database space exceeded", LutraError.NoSpace),
        ("etcdserver: corrupt cluster", LutraError.Corrupt),
        ("etcdserver: key not found", LutraError.KeyNotFound),
        ("etcdserver: requested lease not found", LutraError.LeaseNotFound),
        ("etcdserver: lease already exists", LutraError.LeaseExists),
        ("etcdserver: request is too large", LutraError.TooLarge),
        ("etcdserver: too many operations in txn request", LutraError.TooLarge),
        ("etcdserver: too many requests", LutraError.Overloaded),
        ("etcdserver: member not found", LutraError.MemberNotFound),
        ("etcdserver: Peer URLs already exists", LutraError.MemberExists),
        ("etcdserver: member ID already exist", LutraError.MemberExists),
        ("etcdserver: permission denied", LutraError.Denied),
        ("etcdserver: invalid auth token", LutraError.InvalidToken),
        ("etcdserver: user name is empty", LutraError.UserRequired),
        ("etcdserver: revision of auth store is old", LutraError.AuthRevisionOld),
        ("etcdserver: authentication failed, invalid user ID or password", LutraError.LoginFailed),
        ("auth: authentication failed, password was given for no password user", LutraError.LoginFailed),
        ("etcdserver: authentication is not enabled", LutraError.AuthNotEnabled),
        ("etcdserver: user name not found", LutraError.UserNotFound),
        ("etcdserver: user name already exists", LutraError.UserExists),
        ("etcdserver: role name not found", LutraError.RoleNotFound),
        ("etcdserver: role name already exists", LutraError.RoleExists),
        ("etcdserver: role is not granted to the user", LutraError.RoleNotGranted),
        ("etcdserver: permission is not granted to the role", LutraError.PermissionNotGranted),
        ("etcdserver: root user does not exist", LutraError.RootUserMissing),
        ("etcdserver: root user does not have root role", LutraError.RootRoleMissing),
        ("etcdserver: invalid auth management", LutraError.AuthChangeRefused),

        // Said before anything is proposed: another member may do it.
        ("etcdserver: no leader", LutraError.Unavailable),
        ("etcdserver: not leader", LutraError.Unavailable),
        ("etcdserver: rpc not supported for learner", LutraError.Unavailable),
    ];

    /// <summary>Why a watch was refused or ended.</summary>
    public static LutraException OfReason(string reason, string endpoint) =>
        ToException(new GrpcException(InvalidArgument, reason) { IsAnswer = true }, isWrite: false, endpoint);

    /// <param name="isWrite">Then whatever does not say that nothing was done proves nothing: the write may be done.</param>
    public static LutraException ToException(GrpcException failure, bool isWrite, string endpoint)
    {
        if (failure.IsBeforeSending)
            return new LutraException(LutraError.Unavailable, $"{endpoint} cannot be reached: {(failure.InnerException is HttpRequestException why ? Connecting.WhyNot(why) : failure.Message)}.", failure);
        if (failure.Code is { } code && ProblemReader.ErrorOf(code) is { } known)
            return new LutraException(known, failure.Detail ?? failure.Message, failure) { Leader = failure.Leader };
        if (!failure.IsAnswer)
        {
            return isWrite
                ? new LutraException(LutraError.OutcomeUnknown, $"The connection to {endpoint} broke before the answer came: the write may or may not be done.", failure)
                : new LutraException(LutraError.Unavailable, $"{endpoint} gave no answer: {failure.Message.TrimEnd('.')}.", failure);
        }

        foreach (var (text, error) in Texts)
        {
            if (failure.Message == text || IsReason(failure.Message, text))
                return new LutraException(error, $"{endpoint} answered: {text}.", failure);
        }

        var answered = $"{endpoint} answered: {failure.Message.TrimEnd('.')}";
        return failure.Status switch
        {
            PermissionDenied or Unauthenticated => new LutraException(LutraError.Denied, $"{answered}.", failure),
            ResourceExhausted => new LutraException(LutraError.TooLarge, $"{answered}.", failure),
            FailedPrecondition => new LutraException(LutraError.ChangeRefused, $"{answered}.", failure),
            Unimplemented => new LutraException(LutraError.InvalidArgument, $"{answered}. It is a server of another kind or version.", failure),
            Cancelled or Unknown or DeadlineExceeded or Internal or GrpcException.Unavailable => isWrite
                ? new LutraException(LutraError.OutcomeUnknown, $"{answered}: the write may or may not be done.", failure)
                : new LutraException(LutraError.Unavailable, $"{answered}.", failure),
            InvalidArgument => new LutraException(LutraError.InvalidArgument, $"{answered}.", failure),
            _ => new LutraException(LutraError.InvalidArgument, $"{answered} (gRPC status {failure.Status}).", failure),
        };
    }

    // Why a watch is refused comes with the status in words before it.
    private static bool IsReason(string message, string text) =>
        message.StartsWith("rpc error: code = ", StringComparison.Ordinal) && message.EndsWith($" desc = {text}", StringComparison.Ordinal);
}
