using System.Globalization;
using Lutra.Server.Etcd;
using Lutra.Server.Rest.Cluster;
using Lutra.Storage.Measures;

namespace Lutra.Server.Metrics;

/// <summary>
/// The node's numbers once more, under the names of etcd's that dashboards and alerts look for: those that mean the same here. docs/metrics.md has a line for each name.
/// </summary>
internal static class EtcdMetrics
{
    // The first bucket of what takes longer than 100 ms, as etcd's slow applies do.
    private static readonly int SlowFrom = DurationHistogram.BoundsSeconds.IndexOf(0.1) + 1;

    /// <param name="standing">Who the node is; null where it is in no cluster yet.</param>
    public static void Write(MetricsText text, NodeReport report, NodeStanding? standing)
    {
        WriteServer(text, report, standing);
        WriteDisk(text, report);
        WriteStore(text, report.State);
        WriteDone(text, report.State?.Done);
        WriteLeases(text, report);
        WriteAlarms(text, report.State);
        WritePeers(text, report, standing is { } own ? Hex(own.Member) : "");
    }

    private static void WriteServer(MetricsText text, NodeReport report, NodeStanding? standing)
    {
        var now = report.Consensus;
        text.One("etcd_server_has_leader", MetricKind.Gauge, "1: this member knows a leader.", now is null ? null : Flag(now.HasLeader));
        text.One("etcd_server_is_leader", MetricKind.Gauge, "1: this member leads.", now is null ? null : Flag(now.Role == NodeRole.Leader));
        text.One("etcd_server_is_learner", MetricKind.Gauge, "1: this member is a learner.", now is null ? null : Flag(now.Role == NodeRole.Learner));
        text.One("etcd_server_leader_changes_seen_total", MetricKind.Counter, "Leaders that this member saw.", report.LeaderChanges);
        text.One(
            "etcd_server_slow_apply_total", MetricKind.Counter, "Batches of committed entries that took longer than 100 ms to apply.",
            report.Apply.Counts.Skip(SlowFrom).Sum());
        text.One("etcd_server_quota_backend_bytes", MetricKind.Gauge, "The most that the store may take; not there without a quota.", report.QuotaBytes > 0 ? report.QuotaBytes : null);
        text.Family("etcd_server_id", MetricKind.Gauge, "1; the label says the member's id.");
        if (standing is { } own)
            text.Sample(1, "server_id", Hex(own.Member));
        text.Family("etcd_server_version", MetricKind.Gauge, "1; the label says the version of etcd whose API is followed.");
        text.Sample(1, "server_version", EtcdVersions.Server);
        text.Family("etcd_cluster_version", MetricKind.Gauge, "1; the label says the version of etcd that the cluster stands for.");
        text.Sample(1, "cluster_version", EtcdVersions.Cluster[..EtcdVersions.Cluster.LastIndexOf('.')]);
        text.One("etcd_server_proposals_committed_total", MetricKind.Gauge, "Log entries that are committed.", now?.CommitIndex);
        text.One("etcd_server_proposals_applied_total", MetricKind.Gauge, "Log entries that are applied.", report.State?.AppliedIndex);
        text.One("etcd_server_proposals_pending", MetricKind.Gauge, "Writes that have no answer yet.", report.Writes.Waiting);
        text.One("etcd_server_proposals_failed_total", MetricKind.Counter, "Writes that were not carried out, or are not known to be.", report.Writes.Failed.Sum(failure => failure.Count));
        text.One("etcd_server_read_indexes_failed_total", MetricKind.Counter, "Reads that could not be confirmed.", report.Reads.Failed.Sum(failure => failure.Count));
    }

    private static void WriteDisk(MetricsText text, NodeReport report)
    {
        text.One("etcd_disk_wal_fsync_duration_seconds", "One write and one sync of the log.", report.LogSync);
        text.One("etcd_disk_wal_write_bytes_total", MetricKind.Gauge, "Bytes of log made durable.", report.LogBytesWritten);
        text.One("etcd_disk_backend_commit_duration_seconds", "Until a batch of committed entries is applied and can be read.", report.Apply);
        double? sizeBytes = report.State is { Tables: var tables } ? tables.TableBytes + tables.MemtableBytes : null;
        text.One("etcd_mvcc_db_total_size_in_bytes", MetricKind.Gauge, "Tables and memtables.", sizeBytes);
        text.One("etcd_mvcc_db_total_size_in_use_in_bytes", MetricKind.Gauge, "The same: merges leave nothing to defragment.", sizeBytes);
    }

    private static void WriteStore(MetricsText text, StateReport? state)
    {
        text.One("etcd_debugging_mvcc_keys_total", MetricKind.Gauge, "Keys.", state?.Keys);
        text.One("etcd_debugging_mvcc_current_revision", MetricKind.Gauge, "The store's revision.", state?.Revision);
        text.One("etcd_debugging_mvcc_compact_revision", MetricKind.Gauge, "The oldest revision that can be read; -1: nothing was compacted.", state is null ? null : state.CompactRevision > 0 ? state.CompactRevision : -1);
        text.One("etcd_debugging_mvcc_watcher_total", MetricKind.Gauge, "Watches on this member.", state?.Watches);
        text.One("etcd_debugging_mvcc_slow_watcher_total", MetricKind.Gauge, "Of these, the ones that have not caught up.", state?.WatchesBehind);
    }

    private static void WriteDone(MetricsText text, OperationCounts? done)
    {
        text.One("etcd_mvcc_put_total", MetricKind.Counter, "Puts that were applied here.", done?.Puts);
        text.One("etcd_mvcc_delete_total", MetricKind.Counter, "Deletes that were applied here.", done?.Deletes);
        text.One("etcd_mvcc_range_total", MetricKind.Counter, "Reads here.", done?.Ranges);
        text.One("etcd_mvcc_txn_total", MetricKind.Counter, "Requests applied here that did more than one of these.", done?.Transactions);
    }

    private static void WriteLeases(MetricsText text, NodeReport report)
    {
        text.One("etcd_debugging_lease_granted_total", MetricKind.Counter, "Leases granted.", report.State?.Done.LeasesGranted);
        text.One("etcd_debugging_lease_revoked_total", MetricKind.Counter, "Leases revoked, or over.", report.State?.Done.LeasesRevoked);
        text.One("etcd_debugging_lease_renewed_total", MetricKind.Counter, "Leases that this member renewed, while it led.", report.LeasesRenewed);
        text.One("etcd_debugging_server_lease_expired_total", MetricKind.Counter, "Leases that this member found over, while it led.", report.LeasesExpired);
    }

    private static void WriteAlarms(MetricsText text, StateReport? state)
    {
        text.Family("etcd_debugging_server_alarms", MetricKind.Gauge, "1 for each alarm that somebody raised.");
        foreach (var alarm in state?.Alarms ?? [])
            text.Sample(1, "server_id", Hex(alarm.Member), "alarm_type", AlarmWords.Of(alarm.Kind));
    }

    private static void WritePeers(MetricsText text, NodeReport report, string own)
    {
        var peers = report.Consensus?.Peers ?? [];
        text.Family("etcd_network_active_peers", MetricKind.Gauge, "1: connected with this peer.");
        foreach (var peer in peers)
            text.Sample(Flag(peer.IsConnected), "Local", own, "Remote", Hex(peer.Member));
        text.Family("etcd_network_peer_sent_bytes_total", MetricKind.Counter, "Bytes sent to this peer.");
        foreach (var peer in peers)
            text.Sample(peer.BytesSent, "To", Hex(peer.Member));
        text.Family("etcd_network_peer_received_bytes_total", MetricKind.Counter, "Bytes received from this peer.");
        foreach (var peer in peers)
            text.Sample(peer.BytesReceived, "From", Hex(peer.Member));
        text.Family("etcd_network_peer_sent_failures_total", MetricKind.Counter, "Messages to this peer that found no room in the queue.");
        foreach (var peer in peers)
            text.Sample(peer.FramesDropped, "To", Hex(peer.Member));
        text.Family("etcd_network_peer_round_trip_time_seconds", MetricKind.Histogram, "From a ping to its answer.");
        foreach (var peer in peers)
        {
            if (peer.RoundTrips is { } trips)
                text.Sample(trips, "To", Hex(peer.Member));
        }
    }

    private static string Hex(ulong id) => id.ToString("x", CultureInfo.InvariantCulture);

    private static double Flag(bool holds) => holds ? 1 : 0;
}
