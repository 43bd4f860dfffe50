using Google.Protobuf;
using Lutra.Server.Tests.Etcd;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Server.Tests.Metrics;

/// <summary>What dashboards and alerts of etcd ask for.</summary>
public sealed class EtcdMetricsTests(EtcdNode node) : IClassFixture<EtcdNode>
{
    [Fact]
    public async Task Calls_are_counted_by_method_type_and_status_and_every_method_is_there_from_the_beginning()
    {
        const string put = "grpc_method=\"Put\",grpc_service=\"etcdserverpb.KV\",grpc_type=\"unary\"}";
        const string watching = "grpc_method=\"Watch\",grpc_service=\"etcdserverpb.Watch\",grpc_type=\"bidi_stream\"}";
        var before = await ScrapeAsync();
        await node.PutAsync(node.Name(), "value");
        await node.RefusedAsync("/etcdserverpb.KV/Put", new Pb.PutRequest(), 3, "etcdserver: key is not provided");
        using var watch = await node.Client.OpenAsync("/etcdserverpb.Watch/Watch");
        await watch.SendAsync(new Pb.WatchRequest { CreateRequest = new Pb.WatchCreateRequest { Key = ByteString.CopyFromUtf8("a") } });
        Assert.True((await watch.ReadAsync<Pb.WatchResponse>())!.Created);
        var lines = await ScrapeAsync();
        Assert.Equal((2, 1, 1, 2), (
            Since("grpc_server_started_total{" + put), Since("grpc_server_handled_total{grpc_code=\"OK\"," + put),
            Since("grpc_server_handled_total{grpc_code=\"InvalidArgument\"," + put), Since("grpc_server_msg_received_total{" + put)));
        Assert.Equal((1, 0, 1, 1), (
            lines["grpc_server_started_total{" + watching], lines["grpc_server_handled_total{grpc_code=\"OK\"," + watching],
            lines["grpc_server_msg_sent_total{" + watching], lines["etcd_debugging_mvcc_watch_stream_total"]));
        Assert.Equal(0, lines["grpc_server_handled_total{grpc_code=\"Unavailable\",grpc_method=\"Snapshot\",grpc_service=\"etcdserverpb.Maintenance\",grpc_type=\"server_stream\"}"]);
        Assert.True(Since("etcd_network_client_grpc_received_bytes_total") > 0);

        double Since(string name) => lines[name] - before[name];
    }

    [Fact]
    public async Task The_names_that_alerts_ask_for_have_values()
    {
        await node.PutAsync(node.Name(), "value");
        var lines = await ScrapeAsync();
        Assert.Equal((1, 1, 0), (lines["etcd_server_has_leader"], lines["etcd_server_is_leader"], lines["etcd_server_is_learner"]));
        Assert.Equal(node.Node.Revision.Value, lines["etcd_debugging_mvcc_current_revision"]);
        Assert.True(lines["etcd_mvcc_db_total_size_in_bytes"] > 0);
        Assert.True(lines["etcd_disk_wal_fsync_duration_seconds_count"] > 0);
        Assert.True(lines["etcd_disk_backend_commit_duration_seconds_count"] > 0);
        Assert.True(lines["etcd_server_proposals_committed_total"] >= lines["etcd_server_proposals_applied_total"]);
        Assert.True(lines["process_virtual_memory_bytes"] > 0);
        foreach (var name in (string[])["etcd_server_leader_changes_seen_total", "etcd_server_proposals_failed_total", "etcd_server_proposals_pending"])
            Assert.Contains(name, lines);
    }

    [Fact]
    public async Task What_was_done_is_counted_once_for_each_operation()
    {
        var name = node.Name();
        var before = await ScrapeAsync();
        await node.PutAsync(name + "a", "value");
        await node.DeleteAsync(name + "a");
        await node.RangeAsync(new Pb.RangeRequest { Key = EtcdNode.Bytes(name) });
        var both = new Pb.TxnRequest
        {
            Success =
            {
                new Pb.RequestOp { RequestPut = new Pb.PutRequest { Key = EtcdNode.Bytes(name + "b") } },
                new Pb.RequestOp { RequestPut = new Pb.PutRequest { Key = EtcdNode.Bytes(name + "c") } },
                new Pb.RequestOp { RequestRange = new Pb.RangeRequest { Key = EtcdNode.Bytes(name + "b") } },
            },
        };
        await node.Client.CallAsync<Pb.TxnResponse>("/etcdserverpb.KV/Txn", both);
        var lease = (await node.Client.CallAsync<Pb.LeaseGrantResponse>("/etcdserverpb.Lease/LeaseGrant", new Pb.LeaseGrantRequest { TTL = 60 })).ID;
        await node.Node.KeepAliveAsync(lease);
        await node.PutAsync(name + "d", "value", lease);
        await node.Client.CallAsync<Pb.LeaseRevokeResponse>("/etcdserverpb.Lease/LeaseRevoke", new Pb.LeaseRevokeRequest { ID = lease });
        await node.RefusedAsync("/etcdserverpb.Lease/LeaseRevoke", new Pb.LeaseRevokeRequest { ID = lease }, 5, "etcdserver: requested lease not found");
        var lines = await ScrapeAsync();
        Assert.Equal((4, 2, 2, 1), (Since("etcd_mvcc_put_total"), Since("etcd_mvcc_delete_total"), Since("etcd_mvcc_range_total"), Since("etcd_mvcc_txn_total")));
        Assert.Equal((1, 1, 1, 0), (
            Since("etcd_debugging_lease_granted_total"), Since("etcd_debugging_lease_revoked_total"), Since("etcd_debugging_lease_renewed_total"),
            Since("etcd_debugging_server_lease_expired_total")));
        Assert.Contains("etcd_server_slow_apply_total", lines);
        Assert.DoesNotContain("etcd_server_quota_backend_bytes", lines);

        double Since(string metric) => lines[metric] - before[metric];
    }

    private async Task<Dictionary<string, double>> ScrapeAsync()
    {
        using var http = new HttpClient();
        return (await http.GetStringAsync($"http://{node.Served.Address}/metrics")).Split('\n').Where(line => line.Length > 0 && line[0] != '#')
            .ToDictionary(line => line[..line.LastIndexOf(' ')], line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture));
    }
}
