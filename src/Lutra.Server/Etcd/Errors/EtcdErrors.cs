using Lutra.Server.Etcd.Grpc;

namespace Lutra.Server.Etcd.Errors;

/// <summary>
/// etcd's catalogue of errors (reference, section 4 of the API): code and text are the interface, since clients match on both.
/// </summary>
internal static class EtcdErrors
{
    public static GrpcException EmptyKey => Invalid("etcdserver: key is not provided");

    public static GrpcException KeyNotFound => Invalid("etcdserver: key not found");

    public static GrpcException ValueProvided => Invalid("etcdserver: value is provided");

    public static GrpcException LeaseProvided => Invalid("etcdserver: lease is provided");

    public static GrpcException TooManyOperations => Invalid("etcdserver: too many operations in txn request");

    public static GrpcException DuplicateKey => Invalid("etcdserver: duplicate key given in txn request");

    public static GrpcException InvalidSortOption => Invalid("etcdserver: invalid sort option");

    public static GrpcException RequestTooLarge => Invalid("etcdserver: request is too large");

    public static GrpcException InvalidClientApiVersion => Invalid("etcdserver: invalid client api version");

    public static GrpcException Compacted => new(GrpcStatusCode.OutOfRange, "etcdserver: mvcc: required revision has been compacted");

    public static GrpcException FutureRevision => new(GrpcStatusCode.OutOfRange, "etcdserver: mvcc: required revision is a future revision");

    public static GrpcException NoSpace => new(GrpcStatusCode.ResourceExhausted, "etcdserver: mvcc: database space exceeded");

    public static GrpcException Corrupt => new(GrpcStatusCode.DataLoss, "etcdserver: corrupt cluster");

    public static GrpcException TooManyRequests => new(GrpcStatusCode.ResourceExhausted, "etcdserver: too many requests");

    public static GrpcException LeaseNotFound => new(GrpcStatusCode.NotFound, "etcdserver: requested lease not found");

    public static GrpcException LeaseExists => Precondition("etcdserver: lease already exists");

    public static GrpcException LeaseTtlTooLarge => new(GrpcStatusCode.OutOfRange, "etcdserver: too large lease TTL");

    public static GrpcException WatchCanceled => new(GrpcStatusCode.Cancelled, "etcdserver: watch canceled");

    public static GrpcException PeerUrlExists => Precondition("etcdserver: Peer URLs already exists");

    public static GrpcException BadMemberUrls => Invalid("etcdserver: given member URLs are invalid");

    public static GrpcException MemberNotFound => new(GrpcStatusCode.NotFound, "etcdserver: member not found");

    public static GrpcException MemberNotLearner => Precondition("etcdserver: can only promote a learner member");

    public static GrpcException LearnerNotReady => Precondition("etcdserver: can only promote a learner member which is in sync with leader");

    public static GrpcException TooManyLearners => Precondition("etcdserver: too many learner members in cluster");

    public static GrpcException NotEnoughStartedMembers => Precondition("etcdserver: re-configuration failed due to not enough started members");

    public static GrpcException Unhealthy => Unavailable("etcdserver: unhealthy cluster");

    public static GrpcException NoLeader => Unavailable("etcdserver: no leader");

    public static GrpcException NotLeader => Precondition("etcdserver: not leader");

    public static GrpcException LeaderChanged => Unavailable("etcdserver: leader changed");

    public static GrpcException Stopped => Unavailable("etcdserver: server stopped");

    public static GrpcException Timeout => Unavailable("etcdserver: request timed out");

    public static GrpcException NotSupportedForLearner => Precondition("etcdserver: rpc not supported for learner");

    public static GrpcException BadLeaderTransferee => Precondition("etcdserver: bad leader transferee");

    public static GrpcException AuthNotEnabled => Precondition("etcdserver: authentication is not enabled");

    public static GrpcException PermissionDenied => new(GrpcStatusCode.PermissionDenied, "etcdserver: permission denied");

    public static GrpcException UserEmpty => Invalid("etcdserver: user name is empty");

    public static GrpcException RoleEmpty => Invalid("etcdserver: role name is empty");

    public static GrpcException RootUserNotExist => Precondition("etcdserver: root user does not exist");

    public static GrpcException RootRoleNotExist => Precondition("etcdserver: root user does not have root role");

    public static GrpcException UserAlreadyExist => Precondition("etcdserver: user name already exists");

    public static GrpcException UserNotFound => Precondition("etcdserver: user name not found");

    public static GrpcException RoleAlreadyExist => Precondition("etcdserver: role name already exists");

    public static GrpcException RoleNotFound => Precondition("etcdserver: role name not found");

    public static GrpcException AuthFailed => Invalid("etcdserver: authentication failed, invalid user ID or password");

    public static GrpcException NoPasswordUser => new(GrpcStatusCode.Unknown, "auth: authentication failed, password was given for no password user");

    public static GrpcException PermissionNotGiven => Invalid("etcdserver: permission not given");

    public static GrpcException RoleNotGranted => Precondition("etcdserver: role is not granted to the user");

    public static GrpcException PermissionNotGranted => Precondition("etcdserver: permission is not granted to the role");

    public static GrpcException InvalidAuthToken => new(GrpcStatusCode.Unauthenticated, "etcdserver: invalid auth token");

    public static GrpcException InvalidAuthManagement => Invalid("etcdserver: invalid auth management");

    public static GrpcException AuthOldRevision => Invalid("etcdserver: revision of auth store is old");

    public static GrpcException WrongDowngradeVersion => Invalid("etcdserver: wrong downgrade target version format");

    public static GrpcException InvalidDowngradeTarget => Invalid("etcdserver: invalid downgrade target version");

    public static GrpcException DeadlineExceeded => new(GrpcStatusCode.DeadlineExceeded, "context deadline exceeded");

    private static GrpcException Invalid(string message) => new(GrpcStatusCode.InvalidArgument, message);

    private static GrpcException Precondition(string message) => new(GrpcStatusCode.FailedPrecondition, message);

    private static GrpcException Unavailable(string message) => new(GrpcStatusCode.Unavailable, message);
}
