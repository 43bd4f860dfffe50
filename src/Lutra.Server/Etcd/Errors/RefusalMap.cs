using Lutra.Server.Etcd.Grpc;

namespace Lutra.Server.Etcd.Errors;

/// <summary>What the store's refusals are to etcd's clients, where a call has nothing better to say.</summary>
internal static class RefusalMap
{
    /// <param name="writes">The call would have changed the store: etcd ends one that found no leader with its deadline, a read with a timeout.</param>
    public static GrpcException Of(LutraException refusal, bool writes)
    {
        var status = StatusOf(refusal, writes);
        return new GrpcException(status.Code, status.Message) { Refusal = refusal };
    }

    private static GrpcException StatusOf(LutraException refusal, bool writes) => refusal.Error switch
    {
        // What the face checks itself never comes this far, but for the one rule of transactions that it leaves to the store.
        LutraError.InvalidArgument when writes => EtcdErrors.DuplicateKey,
        LutraError.InvalidArgument => new GrpcException(GrpcStatusCode.InvalidArgument, refusal.Message),
        LutraError.TooLarge when writes => EtcdErrors.RequestTooLarge,
        LutraError.TooLarge => new GrpcException(GrpcStatusCode.ResourceExhausted, refusal.Message),
        LutraError.KeyNotFound => EtcdErrors.KeyNotFound,
        LutraError.Compacted => EtcdErrors.Compacted,
        LutraError.FutureRevision => EtcdErrors.FutureRevision,
        LutraError.LeaseNotFound => EtcdErrors.LeaseNotFound,
        LutraError.LeaseExists => EtcdErrors.LeaseExists,
        LutraError.Unavailable => writes ? EtcdErrors.DeadlineExceeded : EtcdErrors.Timeout,
        LutraError.OutcomeUnknown => EtcdErrors.Timeout,
        LutraError.Overloaded => EtcdErrors.TooManyRequests,
        LutraError.NoSpace => EtcdErrors.NoSpace,
        LutraError.Corrupt => EtcdErrors.Corrupt,
        LutraError.Stopped => EtcdErrors.Stopped,
        LutraError.Denied => EtcdErrors.PermissionDenied,
        LutraError.UserRequired => EtcdErrors.UserEmpty,
        LutraError.InvalidToken => EtcdErrors.InvalidAuthToken,
        LutraError.LoginFailed => EtcdErrors.AuthFailed,
        LutraError.AuthRevisionOld => EtcdErrors.AuthOldRevision,
        LutraError.AuthNotEnabled => EtcdErrors.AuthNotEnabled,
        LutraError.UserNotFound => EtcdErrors.UserNotFound,
        LutraError.UserExists => EtcdErrors.UserAlreadyExist,
        LutraError.RoleNotFound => EtcdErrors.RoleNotFound,
        LutraError.RoleExists => EtcdErrors.RoleAlreadyExist,
        LutraError.RoleNotGranted => EtcdErrors.RoleNotGranted,
        LutraError.PermissionNotGranted => EtcdErrors.PermissionNotGranted,
        LutraError.RootUserMissing => EtcdErrors.RootUserNotExist,
        LutraError.RootRoleMissing => EtcdErrors.RootRoleNotExist,
        LutraError.AuthChangeRefused => EtcdErrors.InvalidAuthManagement,
        LutraError.MemberNotFound => EtcdErrors.MemberNotFound,
        LutraError.MemberExists => EtcdErrors.PeerUrlExists,
        _ => new GrpcException(GrpcStatusCode.Unknown, refusal.Message),
    };
}
