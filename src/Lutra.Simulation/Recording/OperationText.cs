using System.Text;
using Lutra.Keyspace.Alarms;
using Lutra.Keyspace.Commands;

namespace Lutra.Simulation.Recording;

/// <summary>Requests and answers in words, for people.</summary>
internal static class OperationText
{
    private const int ValueBytesMax = 40;

    public static string Of(Command command) => command switch
    {
        WriteCommand write => Of(write.Operation),
        CompactCommand compact => $"compact {compact.Revision}",
        GrantLeaseCommand grant => $"grant lease {grant.Lease} for {grant.TtlSeconds} s",
        RevokeLeaseCommand revoke => $"revoke lease {revoke.Lease}",
        AlarmCommand alarm => $"{(alarm.Raises ? "raise" : "take back")} the alarm {alarm.Alarm.Kind} of member {alarm.Alarm.Member}",
        _ => command.GetType().Name,
    };

    public static string Of(Operation operation) => operation switch
    {
        PutOperation put => $"put {Of(put.Key)} = {Of(put.Value)}{(put.Lease == 0 ? "" : $" (lease {put.Lease})")}",
        DeleteOperation delete => $"delete {Of(delete.Range)}",
        RangeOperation range => $"get {Of(range.Range)}{(range.Revision.Value == 0 ? "" : $" at revision {range.Revision}")}",
        TransactionOperation transaction =>
            $"if {string.Join(" and ", transaction.Compares.Select(Of))} then {{ {Of(transaction.Then)} }} else {{ {Of(transaction.Else)} }}",
        _ => operation.GetType().Name,
    };

    public static string Of(OperationResult? result) => result switch
    {
        null => "done",
        RangeResult range => range.KeyValues.IsEmpty ? "nothing there" : string.Join(", ", range.KeyValues.Select(Of)),
        DeleteResult delete => $"deleted {delete.Deleted}, revision {delete.Revision}",
        TransactionResult transaction => $"{(transaction.Succeeded ? "then" : "else")}: {string.Join("; ", transaction.Results.Select(Of))}",
        _ => $"revision {result.Revision}",
    };

    private static string Of(KeyValue pair) => $"{Of(pair.Key)} = {Of(pair.Value)} (revision {pair.ModRevision})";

    private static string Of(IEnumerable<Operation> operations) => string.Join("; ", operations.Select(Of));

    private static string Of(Compare compare)
    {
        var sign = compare.Result switch
        {
            CompareResult.Equal => "=",
            CompareResult.Greater => ">",
            CompareResult.Less => "<",
            _ => "≠",
        };
        return $"{compare.Target} of {Of(compare.Range)} {sign} {(compare.Target == CompareTarget.Value ? Of(compare.Value) : $"{compare.Number}")}";
    }

    private static string Of(KeyRange range) => range.IsSingleKey ? Of(range.From) : $"{Of(range.From)} up to {(range.End is { IsEmpty: false } end ? Of(end) : "the end")}";

    private static string Of(ReadOnlyMemory<byte> bytes)
    {
        var span = bytes.Span;
        var shown = span[..Math.Min(span.Length, ValueBytesMax)];
        var isText = !shown.ContainsAnyExceptInRange((byte)0x20, (byte)0x7E);
        var more = span.Length > shown.Length ? $"… ({span.Length} bytes)" : "";
        return isText ? $"{Encoding.ASCII.GetString(shown)}{more}" : $"{span.Length} bytes";
    }
}
