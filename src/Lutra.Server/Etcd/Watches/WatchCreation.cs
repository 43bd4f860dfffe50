using Lutra.Server.Etcd.Wire;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Server.Etcd.Watches;

/// <summary>What a client asked to watch, in the store's words, or why it cannot be.</summary>
/// <param name="Refusal">The reason that the client is told; null: none.</param>
internal readonly record struct WatchCreation(WatchOperation Operation, string? Refusal)
{
    private const string NegativeRevision = "etcdserver: mvcc: required revision has been compacted";
    private const string EmptyRange = "mvcc: watcher range is empty";
    private static readonly byte[] FirstKey = [0];

    /// <summary>No key stands for the first that there can be; with an end of a zero byte, so, for all.</summary>
    public static KeyRange RangeOf(Pb.WatchCreateRequest asked) => KeyRangeWire.Of(asked.Key.IsEmpty ? FirstKey : asked.Key.Memory, asked.RangeEnd.Memory);

    public static WatchCreation Of(Pb.WatchCreateRequest asked)
    {
        var range = RangeOf(asked);
        var operation = new WatchOperation(
            range, new Revision(Math.Max(asked.StartRevision, 0)), asked.PrevKv, asked.Filters.Contains(Pb.WatchCreateRequest.Types.FilterType.Noput),
            asked.Filters.Contains(Pb.WatchCreateRequest.Types.FilterType.Nodelete));
        var isEmpty = range.End is { IsEmpty: false } end && end.Span.SequenceCompareTo(range.From.Span) <= 0;
        return new WatchCreation(operation, asked.StartRevision < 0 ? NegativeRevision : isEmpty ? EmptyRange : null);
    }
}
