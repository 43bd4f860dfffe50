using System.Text.Json;
using Google.Protobuf;
using Action = Lutra.Protocol.Etcd.AlarmRequest.Types.AlarmAction;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Server.Tests.Etcd;

/// <summary>Alarms that somebody raises, as etcd's clients, REST and probes see them. Every test takes back what it raised.</summary>
public sealed class AlarmTests(EtcdNode node) : IClassFixture<EtcdNode>
{
    private const string Alarm = "/etcdserverpb.Maintenance/Alarm";
    private const string Full = "etcdserver: mvcc: database space exceeded";
    private const string Corrupt = "etcdserver: corrupt cluster";

    [Fact]
    public async Task An_alarm_is_raised_listed_and_taken_back()
    {
        Assert.Equal("", await ChangeAsync(Action.Activate, 5, Pb.AlarmType.None));
        Assert.Equal("5 Nospace", await ChangeAsync(Action.Activate, 5, Pb.AlarmType.Nospace));
        Assert.Equal("5 Nospace", await ChangeAsync(Action.Activate, 5, Pb.AlarmType.Nospace));
        Assert.Equal("0 Corrupt", await ChangeAsync(Action.Activate, 0, Pb.AlarmType.Corrupt));
        Assert.Equal("5 Nospace, 0 Corrupt", await ChangeAsync(Action.Get, 0, Pb.AlarmType.None));
        Assert.Equal("5 Nospace", await ChangeAsync(Action.Get, 9, Pb.AlarmType.Nospace));
        Assert.Equal("0 Corrupt", await ChangeAsync(Action.Get, 9, Pb.AlarmType.Corrupt));
        Assert.Equal("", await ChangeAsync(Action.Get, 0, (Pb.AlarmType)7));

        var status = await node.Client.CallAsync<Pb.StatusResponse>("/etcdserverpb.Maintenance/Status", new Pb.StatusRequest());
        Assert.Equal(["memberID:5 alarm:NOSPACE ", "alarm:CORRUPT "], status.Errors);

        Assert.Equal("", await ChangeAsync(Action.Deactivate, 6, Pb.AlarmType.Nospace));
        Assert.Equal("", await ChangeAsync(Action.Deactivate, 5, Pb.AlarmType.None));
        Assert.Equal("", await ChangeAsync(Action.Deactivate, 5, (Pb.AlarmType)7));
        Assert.Equal("5 Nospace", await ChangeAsync(Action.Deactivate, 5, Pb.AlarmType.Nospace));
        Assert.Equal("0 Corrupt", await ChangeAsync(Action.Deactivate, 0, Pb.AlarmType.Corrupt));
        Assert.Equal("", await ChangeAsync(Action.Get, 0, Pb.AlarmType.None));
        await node.RefusedAsync(Alarm, new Pb.AlarmRequest { Action = Action.Activate, Alarm = (Pb.AlarmType)7 }, 3, "lutra: there is no alarm 7");
        await node.RefusedAsync(Alarm, new Pb.AlarmRequest { Action = (Action)9 }, 3, "lutra: there is no such action with alarms: 9");
    }

    [Fact]
    public async Task A_full_cluster_refuses_with_etcds_text_what_needs_room()
    {
        var key = node.Name();
        await node.PutAsync(key, "x");
        await ChangeAsync(Action.Activate, 1, Pb.AlarmType.Nospace);
        await node.RefusedAsync("/etcdserverpb.KV/Put", new Pb.PutRequest { Key = EtcdNode.Bytes(key) }, 8, Full);
        await node.RefusedAsync("/etcdserverpb.KV/Txn", new Pb.TxnRequest { Failure = { Put(key) } }, 8, Full);
        await node.RefusedAsync("/etcdserverpb.Lease/LeaseGrant", new Pb.LeaseGrantRequest { TTL = 60 }, 8, Full);
        Assert.Equal(1, (await node.RangeAsync(new Pb.RangeRequest { Key = EtcdNode.Bytes(key) })).Count);
        Assert.Equal(1, (await node.DeleteAsync(key)).Deleted);
        Assert.Equal((503, "ALARM NOSPACE"), await HealthAsync("/health"));
        Assert.Equal((503, "ALARM NOSPACE"), await HealthAsync("/health?exclude=CORRUPT"));
        Assert.Equal(200, (await HealthAsync("/health?exclude=NOSPACE")).Status);
        await ChangeAsync(Action.Deactivate, 1, Pb.AlarmType.Nospace);
        await node.PutAsync(key, "x");
        Assert.Equal(200, (await HealthAsync("/health")).Status);
    }

    [Fact]
    public async Task A_corrupt_cluster_refuses_with_etcds_text_every_change()
    {
        var key = node.Name();
        await node.PutAsync(key, "x");
        await ChangeAsync(Action.Activate, 1, Pb.AlarmType.Corrupt);
        foreach (var (path, request) in (List<(string, IMessage)>)
        [
            ("/etcdserverpb.KV/Put", new Pb.PutRequest { Key = EtcdNode.Bytes(key) }), ("/etcdserverpb.KV/DeleteRange", new Pb.DeleteRangeRequest { Key = EtcdNode.Bytes(key) }),
            ("/etcdserverpb.KV/Txn", new Pb.TxnRequest { Success = { Put(key) } }), ("/etcdserverpb.KV/Compact", new Pb.CompactionRequest { Revision = 1 }),
            ("/etcdserverpb.Lease/LeaseGrant", new Pb.LeaseGrantRequest { TTL = 60 }), ("/etcdserverpb.Lease/LeaseRevoke", new Pb.LeaseRevokeRequest { ID = 5 }),
        ])
            await node.RefusedAsync(path, request, 15, Corrupt);

        // What is wrong with a request itself is said first.
        await node.RefusedAsync("/etcdserverpb.KV/Put", new Pb.PutRequest(), 3, "etcdserver: key is not provided");
        Assert.Equal(1, (await node.RangeAsync(new Pb.RangeRequest { Key = EtcdNode.Bytes(key) })).Count);
        var read = new Pb.TxnRequest { Success = { new Pb.RequestOp { RequestRange = new Pb.RangeRequest { Key = EtcdNode.Bytes(key) } } } };
        Assert.True((await node.Client.CallAsync<Pb.TxnResponse>("/etcdserverpb.KV/Txn", read)).Succeeded);

        // Over REST, and to probes.
        using var http = new HttpClient { BaseAddress = new Uri($"http://{node.Served.Address}") };
        using var put = await http.PutAsync($"/key/{Uri.EscapeDataString(key)}", new StringContent("""{"value":"y"}""", null, "application/json"));
        Assert.Equal((409, "corrupt"), ((int)put.StatusCode, JsonDocument.Parse(await put.Content.ReadAsStringAsync()).RootElement.GetProperty("code").GetString()));
        var status = JsonDocument.Parse(await http.GetStringAsync("/status")).RootElement;
        Assert.Equal("""[{"member_id":"0000000000000001","alarm":"CORRUPT"}]""", status.GetProperty("alarms").GetRawText());
        Assert.StartsWith("the alarm CORRUPT", status.GetProperty("health").GetString(), StringComparison.Ordinal);
        Assert.Equal((503, "ALARM CORRUPT"), await HealthAsync("/health"));
        using var ready = await http.GetAsync("/readyz/data_corruption");
        Assert.Equal(503, (int)ready.StatusCode);
        Assert.Contains("alarm activated: CORRUPT", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await ChangeAsync(Action.Deactivate, 1, Pb.AlarmType.Corrupt);
        await node.PutAsync(key, "x");
    }

    [Fact]
    public async Task The_gateway_raises_alarms_too()
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://{node.Served.Address}") };
        async Task<string> PostAsync(string body)
        {
            using var reply = await http.PostAsync("/v3/maintenance/alarm", new StringContent(body));
            return JsonDocument.Parse(await reply.Content.ReadAsStringAsync()).RootElement is var root && root.TryGetProperty("alarms", out var alarms) ? JsonSerializer.Serialize(alarms) : "";
        }

        Assert.Equal("""[{"memberID":"5","alarm":"NOSPACE"}]""", await PostAsync("""{"action":"ACTIVATE","memberID":"5","alarm":"NOSPACE"}"""));
        Assert.Equal("""[{"memberID":"5","alarm":"NOSPACE"}]""", await PostAsync("{}"));
        Assert.Equal("""[{"memberID":"5","alarm":"NOSPACE"}]""", await PostAsync("""{"action":2,"memberID":5,"alarm":1}"""));
        Assert.Equal("", await PostAsync("{}"));
    }

    private static Pb.RequestOp Put(string key) => new() { RequestPut = new Pb.PutRequest { Key = EtcdNode.Bytes(key) } };

    private async Task<(int Status, string Reason)> HealthAsync(string path)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://{node.Served.Address}") };
        using var reply = await http.GetAsync(path);
        return ((int)reply.StatusCode, JsonDocument.Parse(await reply.Content.ReadAsStringAsync()).RootElement.GetProperty("reason").GetString()!);
    }

    private async Task<string> ChangeAsync(Action action, ulong member, Pb.AlarmType alarm)
    {
        var reply = await node.Client.CallAsync<Pb.AlarmResponse>(Alarm, new Pb.AlarmRequest { Action = action, MemberID = member, Alarm = alarm });
        Assert.NotEqual(0UL, reply.Header.MemberId);
        return string.Join(", ", reply.Alarms.Select(each => $"{each.MemberID} {each.Alarm}"));
    }
}
