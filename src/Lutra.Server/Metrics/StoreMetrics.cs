namespace Lutra.Server.Metrics;

/// <summary>What clients ask of the node, what it holds and what its disk does. docs/metrics.md has a line for each name.</summary>
internal static class StoreMetrics
{
    public static void Write(MetricsText text, NodeReport report)
    {
        WriteRequests(text, report);
        WriteQueues(text, report);
        WriteState(text, report.State);
        WriteDisk(text, report);
    }

    private static void WriteRequests(MetricsText text, NodeReport report)
    {
        text.One("lutra_proposals_total", MetricKind.Counter, "Writes that clients brought to this node.", report.Writes.Made);
        text.Family("lutra_proposals_failed_total", MetricKind.Counter, "Of these, the ones that were not carried out, or are not known to be.");
        WriteFailures(text, report.Writes);
        text.One("lutra_proposals_waiting", MetricKind.Gauge, "Writes of this node's clients that have no answer yet.", report.Writes.Waiting);
        text.One("lutra_write_seconds", "From a client's write at this node to its answer, of those that were carried out.", report.Writes.Took);
        text.One("lutra_reads_total", MetricKind.Counter, "Linearizable reads that clients brought to this node.", report.Reads.Made);
        text.Family("lutra_reads_failed_total", MetricKind.Counter, "Of these, the ones that could not be confirmed.");
        WriteFailures(text, report.Reads);
        text.One("lutra_reads_waiting", MetricKind.Gauge, "Linearizable reads that are not confirmed yet.", report.Reads.Waiting);
        text.One("lutra_read_index_seconds", "From asking for a read index until this node has applied it.", report.Reads.Took);
    }

    private static void WriteFailures(MetricsText text, RequestCounts requests)
    {
        foreach (var failure in requests.Failed)
        {
            // What the keyspace alone can say never ends a request here.
            if (failure.Count > 0 || failure.Error is LutraError.Unavailable or LutraError.Overloaded or LutraError.OutcomeUnknown or LutraError.NoSpace)
                text.Sample(failure.Count, "reason", NameOf(failure.Error));
        }
    }

    private static void WriteQueues(MetricsText text, NodeReport report)
    {
        text.Family("lutra_queue_bytes", MetricKind.Gauge, "Bytes that wait inside the node: for an answer, for the log's disk, to be applied.");
        text.Sample(report.Writes.WaitingBytes, "queue", "writes");
        if (report.State is not { } state)
            return;
        text.Sample(state.Log.WaitingBytes, "queue", "log");
        text.Sample(state.ApplyBacklogBytes, "queue", "apply");
    }

    private static void WriteState(MetricsText text, StateReport? state)
    {
        text.One("lutra_revision", MetricKind.Gauge, "The revision of the store, as readers here see it.", state?.Revision);
        text.One("lutra_compact_revision", MetricKind.Gauge, "The oldest revision that can be read; 0: nothing was compacted.", state?.CompactRevision);
        text.One("lutra_keys", MetricKind.Gauge, "Keys.", state?.Keys);
        text.One("lutra_leases", MetricKind.Gauge, "Leases.", state?.Leases);
        text.One("lutra_sessions", MetricKind.Gauge, "Open sessions of clients.", state?.Sessions);
        text.One("lutra_watchers", MetricKind.Gauge, "Watches on this node.", state?.Watches);
        text.One("lutra_watchers_behind", MetricKind.Gauge, "Of these, the ones whose readers are too slow, or have not caught up yet.", state?.WatchesBehind);
    }

    private static void WriteDisk(MetricsText text, NodeReport report)
    {
        var (log, tables) = (report.State?.Log, report.State?.Tables);
        text.One("lutra_log_fsync_seconds", "From handing a batch of entries to the disk until they are durable: one write and one sync.", report.LogSync);
        text.One("lutra_commit_seconds", "On the leader: from a batch of entries in its log until a majority holds them.", report.Commit);
        text.One("lutra_apply_seconds", "Applying one batch of committed entries.", report.Apply);
        text.One("lutra_applied_entries_total", MetricKind.Counter, "Log entries applied.", report.AppliedEntries);
        text.One("lutra_log_written_entries_total", MetricKind.Counter, "Log entries made durable.", report.LogEntriesWritten);
        text.One("lutra_log_written_bytes_total", MetricKind.Counter, "Bytes of log made durable.", report.LogBytesWritten);
        text.One("lutra_log_bytes", MetricKind.Gauge, "The files of the log in use, zero-filled space included.", log?.FileBytes);
        text.One("lutra_log_segments", MetricKind.Gauge, "Segment files of the log in use.", log?.Segments);
        text.One("lutra_log_room_bytes", MetricKind.Gauge, "What can be appended to the log without asking the file system for room.", log?.RoomBytes);
        text.One("lutra_log_start_index", MetricKind.Gauge, "The entry before the first one that the log still has.", report.State?.LogStartIndex);
        text.One("lutra_tables", MetricKind.Gauge, "Sorted tables.", tables?.Tables);
        text.One("lutra_tables_bytes", MetricKind.Gauge, "The files of the sorted tables.", tables?.TableBytes);
        text.One("lutra_memtable_bytes", MetricKind.Gauge, "Entries in memory that are in no table yet.", tables?.MemtableBytes);
        text.One("lutra_database_bytes", MetricKind.Gauge, "Tables and memtables together.", tables is null ? null : tables.TableBytes + tables.MemtableBytes);
    }

    private static string NameOf(LutraError error) => string.Concat(error.ToString().Select((letter, at) =>
        char.IsUpper(letter) ? $"{(at > 0 ? "_" : "")}{char.ToLowerInvariant(letter)}" : letter.ToString()));
}
