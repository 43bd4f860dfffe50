using System.Collections.Immutable;
using Lutra.Storage.Measures;

namespace Lutra;

/// <summary>
/// The numbers of a node, as they are now and since its start. Whoever shows them gives them names: over REST, docs/metrics.md lists those.
/// </summary>
/// <param name="Consensus">What the node's loop knows; null where it did not answer in time, or the node is in no cluster yet.</param>
/// <param name="LoopAnswered">The loop answered in time. It always should: a loop that hangs is a node that hangs.</param>
/// <param name="State">Null before there is a cluster.</param>
public sealed record NodeReport(
    string Label, string ClusterName, string Version, bool LoopAnswered, ConsensusReport? Consensus, StateReport? State, RequestCounts Writes,
    RequestCounts Reads, DurationCounts LogSync, long LogEntriesWritten, long LogBytesWritten, DurationCounts Commit, DurationCounts Apply,
    long AppliedEntries, long LeaderChanges)
{
    /// <summary>What the store may take at most; 0: as much as the disk holds.</summary>
    public long QuotaBytes { get; init; }

    /// <summary>Leader only: leases that their holders kept alive.</summary>
    public long LeasesRenewed { get; init; }

    /// <summary>Leader only: leases that were found over.</summary>
    public long LeasesExpired { get; init; }
}

/// <summary>Client requests of one kind.</summary>
/// <param name="Made">Since the start, with those that were refused at the door.</param>
/// <param name="Waiting">Inside the node now.</param>
/// <param name="Took">Of those that were carried out, from the door to the answer.</param>
/// <param name="Failed">Of every error, those that were not carried out, or are not known to be.</param>
public sealed record RequestCounts(long Made, long Waiting, long WaitingBytes, DurationCounts Took, ImmutableArray<FailureCount> Failed);

public sealed record FailureCount(LutraError Error, long Count);

/// <summary>What the loop of a node knows of its cluster.</summary>
/// <param name="Campaigns">Elections that this node stood for since its start.</param>
/// <param name="LastIndex">The end of the log, durable or not.</param>
/// <param name="DurableIndex">The log is durable here up to this index.</param>
/// <param name="HandshakesRejected">Connections with peers that were closed because of what one end said of itself.</param>
/// <param name="MalformedFrames">Connections with peers that were closed because of bytes that are no frame.</param>
public sealed record ConsensusReport(
    NodeRole Role, bool HasLeader, ulong Term, long Campaigns, ulong CommitIndex, ulong LastIndex, ulong DurableIndex, int Voters, int Learners,
    bool OutOfSpace, long HandshakesRejected, long MalformedFrames, ImmutableArray<PeerReport> Peers);

/// <summary>One other member of the cluster.</summary>
/// <param name="RoundTrips">Null: it was never connected.</param>
/// <param name="BytesSent">Over all connections since the start.</param>
/// <param name="BytesQueued">Waiting to go out now.</param>
/// <param name="FramesDropped">Frames that found the outgoing queue full; what matters is sent again.</param>
/// <param name="LagEntries">Leader only: entries of its log that the peer is not known to hold.</param>
public sealed record PeerReport(
    string Label, bool IsConnected, DurationCounts? RoundTrips, long BytesSent, long BytesReceived, long BytesQueued, long FramesDropped, long? LagEntries)
{
    /// <summary>The member's number in the cluster.</summary>
    public ulong Member { get; init; }
}

/// <summary>What the node holds. Needs no loop.</summary>
/// <param name="ApplyBacklogBytes">Committed entries that wait to be applied.</param>
/// <param name="WatchesBehind">Watches whose readers are too slow to be handed changes: they read them from the tables.</param>
public sealed record StateReport(
    ulong AppliedIndex, long Revision, long CompactRevision, long Keys, long Leases, long Sessions, int Watches, int WatchesBehind, long ApplyBacklogBytes,
    ulong LogStartIndex, LogSizes Log, TableSizes Tables)
{
    /// <summary>What was done to the store since it was opened.</summary>
    public required OperationCounts Done { get; init; }

    /// <summary>Those that somebody raised.</summary>
    public required ImmutableArray<Alarm> Alarms { get; init; }
}

/// <summary>What was done to a store, as etcd counts it.</summary>
/// <param name="Puts">Those within transactions included, as with deletes and ranges.</param>
/// <param name="Ranges">Reads of this node's clients, too.</param>
/// <param name="Transactions">Requests that did more than one of these.</param>
public sealed record OperationCounts(long Puts, long Deletes, long Ranges, long Transactions, long LeasesGranted, long LeasesRevoked);
