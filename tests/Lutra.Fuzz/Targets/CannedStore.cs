using System.Reflection;

namespace Lutra.Fuzz.Targets;

/// <summary>A store that gives the same answer to whatever is asked, at once: behind the parsers of requests nothing else shall be tested.</summary>
public class CannedStore : DispatchProxy
{
    private static readonly KeyValue found = new("key"u8.ToArray(), "value"u8.ToArray(), new Revision(2), new Revision(7), 3);

    private static readonly ClusterMember member = new("00aa", "1", "a:1", "a:2", IsLearner: true, HasStarted: true, IsLeader: false) { Promotion = MemberPromotion.Manual };

    private static readonly object[] answers =
    [
        new PutResult(new Revision(7), found), new DeleteResult(new Revision(7), 1, [found]), new RangeResult(new Revision(7), [found], 1, More: false),
        new TransactionResult(new Revision(7), Succeeded: true, []), new CompactResult(new Revision(7)), new GrantLeaseResult(new Revision(7), 7, 60),
        new LeaseStatus(7, 60, 30, []), new RevokeLeaseResult(new Revision(7)),
        new MemberList("00cc", [member]), new MemberChangeResult("00aa", Changed: true, new MemberList("00cc", [member])), "1",
        new NodeStatus("1", "00aa", "00cc", "lutra", NodeRole.Leader, 3, "1", "localhost:2379", 9, 8, 10, new Revision(7), default, 1, "0.1.0", "ok", []),
    ];

    internal static ILutraClient Open() => Create<ILutraClient, CannedStore>();

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var type = targetMethod!.ReturnType;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTask<>))
        {
            var answer = args is [TransactionOperation transaction, ..]
                ? new TransactionResult(new Revision(7), Succeeded: true, [.. transaction.Then.Select(Answer)])
                : Array.Find(answers, each => each.GetType() == type.GenericTypeArguments[0]);
            if (answer is not null)
                return Activator.CreateInstance(type, answer);
        }

        throw new LutraException(LutraError.Unavailable, $"{targetMethod.Name} has no answer here.");
    }

    private static OperationResult Answer(Operation operation) => operation switch
    {
        PutOperation => (OperationResult)answers[0],
        DeleteOperation => (OperationResult)answers[1],
        RangeOperation => (OperationResult)answers[2],
        _ => (OperationResult)answers[3],
    };
}
