using System.Collections.Immutable;
using Lutra.Keyspace;
using Lutra.Node.Hosting;
using Lutra.Node.Loop;
using Lutra.Raft;

namespace Lutra.Node.Measures;

/// <summary>Puts the numbers of a node together, for whoever asks.</summary>
internal static class NodeReporter
{
    /// <summary>What needs no loop, from any thread, and what the loop has answered.</summary>
    public static NodeReport Report(NodeHost host, NodeLoop loop, bool loopAnswered, ConsensusReport? consensus)
    {
        var measures = loop.Measures;
        return new NodeReport(
            loop.Membership.Identity.Label.Text, host.Options.ClusterName, LutraVersion.Text, loopAnswered, consensus,
            loop.Replica is { } replica ? State(replica) : null, host.Writes.Counts, host.Reads.Counts, measures.Log.Sync.Read(), measures.Log.Entries.Value,
            measures.Log.Bytes.Value, measures.Commit.Read(), measures.Apply.Read(), measures.AppliedEntries.Value, measures.LeaderChanges.Value)
        {
            QuotaBytes = host.Options.QuotaBytes,
            LeasesRenewed = measures.LeasesRenewed.Value,
            LeasesExpired = measures.LeasesExpired.Value,
        };
    }

    /// <summary>What only the loop may look at; null before there is a cluster.</summary>
    public static ConsensusReport? Consensus(NodeLoop loop, LutraNodeOptions options)
    {
        if (loop.Replica is not { } replica)
            return null;
        var raft = replica.Raft;
        var configuration = raft.Configuration;
        var counters = loop.Peers.Counters;
        var matched = raft.Role == RoleName.Leader ? raft.Status.Followers.ToDictionary(follower => follower.Node, follower => follower.Matched) : [];
        var peers = ImmutableArray.CreateBuilder<PeerReport>();
        foreach (var member in configuration.Members)
        {
            if (member.Node is not { } node || node == raft.Id)
                continue;
            var traffic = loop.Peers.TrafficOf(node);
            long? lag = matched.TryGetValue(node, out var held) ? (long)(raft.Last.Index.Value - held.Value) : null;
            peers.Add(new PeerReport(
                member.Label, traffic.IsConnected, traffic.RoundTrips, traffic.SentBytes, traffic.ReceivedBytes, traffic.QueuedBytes, traffic.DroppedFrames, lag)
            {
                Member = member.Id.Value,
            });
        }

        return new ConsensusReport(
            StatusReport.RoleOf(raft.Role), raft.Leader is not null, raft.Term.Value, raft.Campaigns, raft.Commit.Value, raft.Last.Index.Value,
            raft.Durable.Value, configuration.Voters.Count, configuration.Members.Count(member => member.Role == MemberRole.Learner), !replica.HasRoom,
            counters.RejectedHandshakes, counters.MalformedFrames, peers.DrainToImmutable());
    }

    private static OperationCounts Counts(KeyspaceMeasures done) => new(
        done.Puts.Value, done.Deletes.Value, done.Ranges.Value, done.Transactions.Value, done.LeasesGranted.Value, done.LeasesRevoked.Value);

    private static StateReport State(Replica replica)
    {
        var keyspace = replica.Keyspace;
        var (keys, leases, sessions) = keyspace.Counts;
        return new StateReport(
            keyspace.Applied.Index.Value, keyspace.Revision.Value, keyspace.CompactRevision.Value, keys, leases, sessions, replica.Watches.Count,
            replica.Watches.Behind, replica.ApplyBacklogBytes, replica.Log.Start.Index.Value, replica.Log.Sizes, replica.TableSizes)
        {
            Done = Counts(keyspace.Measures),
            Alarms = keyspace.Alarms.All,
        };
    }
}
