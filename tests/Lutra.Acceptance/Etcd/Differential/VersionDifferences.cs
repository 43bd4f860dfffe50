using Google.Protobuf;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Acceptance.Etcd.Differential;

/// <summary>
/// Where the answers of etcd 3.4.23, which is asked, and of 3.6, which Lutra follows, differ, or Lutra means to differ from both: the one list, each with its reason.
/// What is not in it is a fault.
/// </summary>
internal static class VersionDifferences
{
    /// <summary>What a difference leaves of an answer that it concerns; both are reduced in the same way.</summary>
    /// <param name="Why">Its reason.</param>
    /// <param name="Overlook">Both answers without the difference.</param>
    private sealed record Difference(string Why, Func<Step, Answer, Answer, (Answer Theirs, Answer Ours)> Overlook);

    private const string InvalidManagement = "etcdserver: invalid auth management";
    private const string Denied = "etcdserver: permission denied";
    private const string TooLarge = "etcdserver: request is too large";
    private const string Compacted = "etcdserver: mvcc: required revision has been compacted";
    private static readonly Answer Same = new(0, "the same but for a listed difference", []);

    // What 3.4.23 tells anybody, and 3.6.9 only users.
    private static readonly string[] ToldToNobody =
    [
        "/etcdserverpb.Cluster/MemberList", "/etcdserverpb.Maintenance/Status", "/etcdserverpb.Maintenance/Alarm", "/etcdserverpb.Lease/LeaseTimeToLive",
        "/etcdserverpb.Lease/LeaseLeases",
    ];

    private static readonly Difference[] All =
    [
        new("Lutra asks who calls before it looks at what is wrong with the request", When(
            (_, theirs, ours) => IsUnknownCaller(ours) && theirs.Code != 0, _ => Same)),
        new("3.6.9 tells nobody but users of members, leases and the state", When(
            (step, theirs, ours) => step is CallStep call && ToldToNobody.Contains(call.Path) && IsUnknownCaller(ours) && theirs.Code == 0, _ => Same)),
        new("the gateway of 3.4 says FAILED_PRECONDITION by the status 412, since 3.5 it is 400", When(
            (_, theirs, _) => theirs is { Code: 9, Http: 412 }, answer => answer with { Http = answer.Http == 412 ? 400 : answer.Http })),
        new("3.6 asks who sends a transaction of nothing", When(
            (step, theirs, ours) => step is CallStep { Request: Pb.TxnRequest { Compare.Count: 0, Success.Count: 0, Failure.Count: 0 } } && IsUnknownCaller(ours) && theirs.Code == 0,
            _ => Same)),
        new("3.4 looks at the revision of a compaction before it looks who asks for it", When(
            (step, theirs, ours) => step is CallStep { Request: Pb.CompactionRequest } && ours.Text == Denied && theirs.Code == 11, _ => Same)),
        new("since 3.5 the role root is shown with the right that it has", When(
            (step, theirs, ours) => step is CallStep { Request: Pb.AuthRoleGetRequest { Role: "root" } } && theirs.Code == 0 && ours.Code == 0, _ => Same)),
        new("3.4 does not ask who may do what a nested transaction does, and finds other faults in it", When(
            (step, theirs, ours) => step is CallStep { Request: Pb.TxnRequest nested } && ours.Text == Denied && theirs.Code != 0 && HasNested(nested), _ => Same)),
        new("3.6.9 tells of leases only who may read all of their keys", When(
            (step, theirs, ours) => step is CallStep { Request: Pb.LeaseLeasesRequest or Pb.LeaseTimeToLiveRequest } && ours.Text == Denied && theirs.Code == 0, _ => Same)),
        new("the upkeep of 3.4 refuses users in words of its own", When(
            (_, theirs, ours) => theirs.Code == 2 && ours.Text.Length > 0 && theirs.Text == ours.Text.Replace("etcdserver: ", "auth: ", StringComparison.Ordinal), _ => Same)),
        new("etcd makes a member's id of its URLs and the second, and finds that taken first", When(
            (_, theirs, ours) => theirs.Text == "etcdserver: member ID already exist" && ours.Text == "etcdserver: Peer URLs already exists", _ => Same)),
        new("to 3.4 a learner that moves is none any more", Fields<Pb.MemberUpdateResponse>(reply =>
        {
            foreach (var member in reply.Members)
                member.IsLearner = false;
        })),
        new("3.6 looks at the range of a permission before it looks for the role", When(
            (step, theirs, ours) => step is CallStep { Request: Pb.AuthRoleGrantPermissionRequest } && ours.Text == InvalidManagement && theirs.Code != 0, _ => Same)),
        new("a key has at most 64 KiB, and a longer one is nowhere", When(
            (step, theirs, ours) => step is CallStep call && IsTooLongKey(call, ours) && !(Writes(call) && theirs.Code == 0), _ => Same)),
        new("3.6 refuses sort options that are none, 3.4 passes over them", When(
            (step, _, ours) => step is CallStep { Request: Pb.RangeRequest } && ours is { Code: 3, Text: "etcdserver: invalid sort option" }, _ => Same)),
        new("a watch from a negative revision: 3.6.6 refuses it, 3.4 takes it for one that was compacted", When(
            (step, _, ours) => step is WatchStep watch && watch.Creates.Any(create => create.StartRevision < 0), _ => Same)),
        new("3.6 gives alarms a header", Fields<Pb.AlarmResponse>(reply => reply.Header = null)),
        new("3.6 hashes at the revision of a compaction, 3.4 only above it", When(
            (step, theirs, ours) => step is CallStep { Request: Pb.HashKVRequest } && theirs.Text == Compacted
                && ours.Replies is [Pb.HashKVResponse hash] && hash.HashRevision == hash.CompactRevision, _ => Same)),
        new("3.6 says of HashKV up to which revision it hashed", Fields<Pb.HashKVResponse>(reply => reply.HashRevision = 0)),
        new("the state names its version, and since 3.6 quota, storage and downgrade", Fields<Pb.StatusResponse>(reply =>
        {
            reply.Version = reply.StorageVersion = "";
            reply.DbSizeQuota = 0;
            reply.DowngradeInfo = null;
        })),
    ];

    /// <summary>Null: none but listed ones.</summary>
    public static (Answer Theirs, Answer Ours)? Between(Step step, Answer theirs, Answer ours)
    {
        if (theirs == ours)
            return null;
        var (their, our) = (theirs, ours);
        foreach (var difference in All)
            (their, our) = difference.Overlook(step, their, our);
        return their == our ? null : (theirs, ours);
    }

    /// <summary>
    /// 3.6 takes no permission for a range that is none, and asks who sends a transaction that has all in nested ones; 3.4 does not. A key of more than 64 KiB is refused, and every transaction that could write a key twice at one revision: etcd (all versions) forgets a delete to the end of the store, and a
    /// put in one nested transaction under a delete in a later one. It is meant, and after it the stores hold different things.
    /// </summary>
    public static bool PartWays(Step step, Answer theirs, Answer ours) =>
        (step is CallStep call && IsTooLongKey(call, ours) && Writes(call) && theirs.Code == 0)
        || (step is CallStep { Request: Pb.TxnRequest asked } && (IsUnknownCaller(ours) || ours.Text == Denied) && theirs.Code == 0 && HasNested(asked))
        || (step is CallStep { Request: Pb.AuthRoleGrantPermissionRequest } && ours.Text == InvalidManagement && theirs.Code == 0)
        || (step is CallStep { Request: Pb.TxnRequest transaction } && ours.Text == "etcdserver: duplicate key given in txn request" && theirs.Text != ours.Text && (IsForgotten(transaction.Success) || IsForgotten(transaction.Failure)));

    private static bool IsUnknownCaller(Answer answer) =>
        answer.Text is "etcdserver: user name is empty" or "etcdserver: invalid auth token";

    // A read is refused in words of Lutra's own.
    private static bool IsTooLongKey(CallStep call, Answer ours) =>
        (ours.Text is TooLarge or "lutra: A key has at most 65536 bytes." || (ours.Code == 8 && ours.Text.StartsWith("A key has ", StringComparison.Ordinal))) && HasLongKey(call.Request);

    private static bool Writes(CallStep call) => call.Request is Pb.PutRequest or Pb.DeleteRangeRequest or Pb.TxnRequest;

    private static bool HasLongKey(IMessage request) => request.Descriptor.Fields.InFieldNumberOrder().Any(field => field.Accessor.GetValue(request) switch
    {
        ByteString bytes => field.Name is "key" or "range_end" && bytes.Length > LutraLimits.KeySizeBytesMax,
        IMessage inner => HasLongKey(inner),
        System.Collections.IList list => list.OfType<IMessage>().Any(HasLongKey),
        _ => false,
    });

    private static bool HasNested(Pb.TxnRequest transaction) => transaction.Success.Concat(transaction.Failure).Any(operation => operation.RequestTxn is not null);

    private static bool IsForgotten(IEnumerable<Pb.RequestOp> branch) => branch.Any(operation =>
        operation.RequestDeleteRange is { RangeEnd: [0] } || operation.RequestTxn is not null);

    /// <summary>
    /// A delete at exactly the revision of a compaction: 3.6 (and 3.4.34) keep it for watches that begin there, 3.4.23 only until it has cleared away what was compacted.
    /// </summary>
    public static bool IsDeleteAt(long floor, Pb.Event change) => change.Type == Pb.Event.Types.EventType.Delete && change.Kv.ModRevision == floor;

    /// <summary>Since 3.4.25 nothing is said of progress where a watch of the stream begins at a revision that is yet to come; 3.4.23 says all the same how far the store is.</summary>
    public static bool SaysNoProgress(Pb.WatchCreateRequest create, long revision) => create.StartRevision > revision;

    private static Func<Step, Answer, Answer, (Answer, Answer)> When(Func<Step, Answer, Answer, bool> concerns, Func<Answer, Answer> reduce) =>
        (step, theirs, ours) => concerns(step, theirs, ours) ? (reduce(theirs), reduce(ours)) : (theirs, ours);

    private static Func<Step, Answer, Answer, (Answer, Answer)> Fields<T>(Action<T> clear)
        where T : class, IMessage<T>
    {
        return (_, theirs, ours) => (Clear(theirs), Clear(ours));

        Answer Clear(Answer answer) => answer.Replies is [T]
            ? answer with
            {
                Replies = [.. answer.Replies.Cast<T>().Select(reply =>
                {
                    var copy = reply.Clone();
                    clear(copy);
                    return copy;
                })],
            }
            : answer;
    }
}
