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

    private const string Compacted = "etcdserver: mvcc: required revision has been compacted";
    private static readonly Answer Same = new(0, "the same but for a listed difference", []);

    private static readonly Difference[] All =
    [
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
    /// Lutra refuses every transaction that could write a key twice at one revision. etcd (all versions) forgets a delete to the end of the store, and a put in one nested
    /// transaction under a delete in a later one. It is meant, and after it the stores hold different things.
    /// </summary>
    public static bool PartWays(Step step, Answer theirs, Answer ours) =>
        step is CallStep { Request: Pb.TxnRequest transaction } && ours.Text == "etcdserver: duplicate key given in txn request" && theirs.Text != ours.Text
        && (IsForgotten(transaction.Success) || IsForgotten(transaction.Failure));

    private static bool IsForgotten(IEnumerable<Pb.RequestOp> branch) => branch.Any(operation =>
        operation.RequestDeleteRange is { RangeEnd: [0] } || operation.RequestTxn is not null);

    /// <summary>
    /// A delete at exactly the revision of a compaction: 3.6 (and 3.4.34) keep it for watches that begin there, 3.4.23 only until it has cleared away what was compacted.
    /// </summary>
    public static bool IsDeleteAt(long floor, Pb.Event change) => change.Type == Pb.Event.Types.EventType.Delete && change.Kv.ModRevision == floor;

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
