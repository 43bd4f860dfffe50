namespace Lutra.Server.Metrics;

/// <summary>What the node knows of its cluster: leader, term, log, peers. docs/metrics.md has a line for each name.</summary>
internal static class ConsensusMetrics
{
    private static readonly (NodeRole Role, string Name)[] Roles =
    [
        (NodeRole.Waiting, Protocol.RoleNames.Waiting), (NodeRole.Follower, Protocol.RoleNames.Follower),
        (NodeRole.PreCandidate, Protocol.RoleNames.PreCandidate), (NodeRole.Candidate, Protocol.RoleNames.Candidate),
        (NodeRole.Leader, Protocol.RoleNames.Leader), (NodeRole.Learner, Protocol.RoleNames.Learner),
    ];

    public static void Write(MetricsText text, NodeReport report)
    {
        var now = report.Consensus;
        text.Family("lutra_info", MetricKind.Gauge, "Always 1; the labels say which node this is and what it runs.");
        text.Sample(1, "node", report.Label, "cluster", report.ClusterName, "version", report.Version);
        text.One("lutra_loop_up", MetricKind.Gauge, "1: the node's loop answered the scrape in time. 0: it hangs, and what only it knows is missing.", Flag(report.LoopAnswered));
        text.Family("lutra_role", MetricKind.Gauge, "1 for the role that the node has now, 0 for the others.");
        if (report.LoopAnswered)
        {
            foreach (var (role, name) in Roles)
                text.Sample(Flag((now?.Role ?? NodeRole.Waiting) == role), "role", name);
        }

        text.One("lutra_is_leader", MetricKind.Gauge, "1: this node leads.", now is null ? null : Flag(now.Role == NodeRole.Leader));
        text.One("lutra_has_leader", MetricKind.Gauge, "1: this node knows who leads.", now is null ? null : Flag(now.HasLeader));
        text.One("lutra_term", MetricKind.Gauge, "The Raft term.", now?.Term);
        text.One("lutra_elections_total", MetricKind.Counter, "Elections that this node stood for.", now?.Campaigns);
        text.One("lutra_leader_changes_total", MetricKind.Counter, "New leaders, or leaders of a new term, that this node saw.", report.LeaderChanges);
        text.One("lutra_commit_index", MetricKind.Gauge, "The last log entry that this node knows to be committed.", now?.CommitIndex);
        text.One("lutra_applied_index", MetricKind.Gauge, "The last log entry that readers here see.", report.State?.AppliedIndex);
        text.One(
            "lutra_apply_lag_entries", MetricKind.Gauge, "Committed entries that this node has not applied.",
            now is not null && report.State is { } state ? Math.Max(0, (long)now.CommitIndex - (long)state.AppliedIndex) : null);
        text.One("lutra_log_last_index", MetricKind.Gauge, "The end of this node's log, durable or not.", now?.LastIndex);
        text.One("lutra_log_durable_index", MetricKind.Gauge, "The log is durable here up to this entry.", now?.DurableIndex);
        text.Family("lutra_members", MetricKind.Gauge, "Members of the cluster, voters and learners.");
        if (now is not null)
        {
            text.Sample(now.Voters, "kind", "voter");
            text.Sample(now.Learners, "kind", "learner");
        }

        text.One("lutra_out_of_space", MetricKind.Gauge, "1: the disk has no room, and writes are refused or led by another node.", now is null ? null : Flag(now.OutOfSpace));
        WritePeers(text, now);
    }

    private static void WritePeers(MetricsText text, ConsensusReport? now)
    {
        var peers = now?.Peers ?? [];
        text.Family("lutra_peer_connected", MetricKind.Gauge, "1: this node is connected with the peer.");
        foreach (var peer in peers)
            text.Sample(Flag(peer.IsConnected), "peer", peer.Label);
        text.Family("lutra_peer_round_trip_seconds", MetricKind.Histogram, "From a ping to the peer's answer.");
        foreach (var peer in peers)
        {
            if (peer.RoundTrips is { } trips)
                text.Sample(trips, "peer", peer.Label);
        }

        text.Family("lutra_peer_sent_bytes_total", MetricKind.Counter, "Bytes sent to the peer.");
        foreach (var peer in peers)
            text.Sample(peer.BytesSent, "peer", peer.Label);
        text.Family("lutra_peer_received_bytes_total", MetricKind.Counter, "Bytes received from the peer.");
        foreach (var peer in peers)
            text.Sample(peer.BytesReceived, "peer", peer.Label);
        text.Family("lutra_peer_queue_bytes", MetricKind.Gauge, "Bytes that wait to be sent to the peer.");
        foreach (var peer in peers)
            text.Sample(peer.BytesQueued, "peer", peer.Label);
        text.Family("lutra_peer_dropped_frames_total", MetricKind.Counter, "Frames that found the queue to the peer full. What matters is sent again.");
        foreach (var peer in peers)
            text.Sample(peer.FramesDropped, "peer", peer.Label);
        text.Family("lutra_peer_lag_entries", MetricKind.Gauge, "On the leader: log entries that the peer is not known to hold.");
        foreach (var peer in peers)
        {
            if (peer.LagEntries is { } lag)
                text.Sample(lag, "peer", peer.Label);
        }

        text.One(
            "lutra_peer_handshakes_rejected_total", MetricKind.Counter, "Connections of peers that were closed because of what one end said of itself.",
            now?.HandshakesRejected);
        text.One("lutra_peer_malformed_frames_total", MetricKind.Counter, "Connections of peers that were closed because of bytes that are no frame.", now?.MalformedFrames);
    }

    private static double Flag(bool holds) => holds ? 1 : 0;
}
