using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Lutra.Server.Tests.Etcd;

namespace Lutra.Acceptance.Etcd.Differential;

/// <summary>
/// The JSON gateway of a store. Its answers must be written as etcd writes them: names as in the .proto files, numbers of 64 bits as text, and nothing that is the
/// default.
/// </summary>
internal sealed class GatewayClient(string endpoint) : IDisposable
{
    private static readonly Dictionary<string, string> Routes = new()
    {
        ["/etcdserverpb.KV/Range"] = "kv/range",
        ["/etcdserverpb.KV/Put"] = "kv/put",
        ["/etcdserverpb.KV/DeleteRange"] = "kv/deleterange",
        ["/etcdserverpb.KV/Txn"] = "kv/txn",
        ["/etcdserverpb.KV/Compact"] = "kv/compaction",
        ["/etcdserverpb.Lease/LeaseGrant"] = "lease/grant",
        ["/etcdserverpb.Lease/LeaseRevoke"] = "kv/lease/revoke",
        ["/etcdserverpb.Lease/LeaseTimeToLive"] = "kv/lease/timetolive",
        ["/etcdserverpb.Lease/LeaseLeases"] = "lease/leases",
        ["/etcdserverpb.Cluster/MemberAdd"] = "cluster/member/add",
        ["/etcdserverpb.Cluster/MemberRemove"] = "cluster/member/remove",
        ["/etcdserverpb.Cluster/MemberUpdate"] = "cluster/member/update",
        ["/etcdserverpb.Cluster/MemberPromote"] = "cluster/member/promote",
        ["/etcdserverpb.Cluster/MemberList"] = "cluster/member/list",
        ["/etcdserverpb.Maintenance/Status"] = "maintenance/status",
        ["/etcdserverpb.Maintenance/Alarm"] = "maintenance/alarm",
        ["/etcdserverpb.Maintenance/Defragment"] = "maintenance/defragment",
        ["/etcdserverpb.Auth/UserAdd"] = "auth/user/add",
        ["/etcdserverpb.Auth/UserGet"] = "auth/user/get",
        ["/etcdserverpb.Auth/UserList"] = "auth/user/list",
        ["/etcdserverpb.Auth/UserDelete"] = "auth/user/delete",
        ["/etcdserverpb.Auth/UserGrantRole"] = "auth/user/grant",
        ["/etcdserverpb.Auth/UserRevokeRole"] = "auth/user/revoke",
        ["/etcdserverpb.Auth/RoleAdd"] = "auth/role/add",
        ["/etcdserverpb.Auth/RoleGet"] = "auth/role/get",
        ["/etcdserverpb.Auth/RoleList"] = "auth/role/list",
        ["/etcdserverpb.Auth/RoleDelete"] = "auth/role/delete",
        ["/etcdserverpb.Auth/RoleGrantPermission"] = "auth/role/grant",
        ["/etcdserverpb.Auth/RoleRevokePermission"] = "auth/role/revoke",
    };

    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true));

    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false })
    {
        BaseAddress = new Uri($"http://{endpoint}/v3/"),
        Timeout = TimeSpan.FromSeconds(120),
    };

    /// <summary>Whether there is a way to ask this as JSON.</summary>
    public static bool Serves(string path) => Routes.ContainsKey(path);

    /// <summary>As gRPC would have ended.</summary>
    public async Task<GrpcEnd> AskAsync(string path, IMessage request, string? token)
    {
        using var content = new StringContent(Formatter.Format(request));
        using var message = new HttpRequestMessage(HttpMethod.Post, Routes[path]) { Content = content };
        if (token is not null)
            message.Headers.TryAddWithoutValidation("Authorization", token);
        using var response = await http.SendAsync(message);
        var body = await response.Content.ReadAsStringAsync();
        if (response.IsSuccessStatusCode)
        {
            var reply = Replies.Parse(path, body);
            var isAsEtcdWrites = JsonNode.DeepEquals(JsonNode.Parse(body), JsonNode.Parse(Formatter.Format(reply)));
            return new GrpcEnd(response.StatusCode, 0, isAsEtcdWrites ? "" : $"no JSON of etcd's: {body}", [reply.ToByteArray()]);
        }

        using var refusal = JsonDocument.Parse(body);
        return new GrpcEnd(
            response.StatusCode, refusal.RootElement.GetProperty("code").GetInt32(), refusal.RootElement.GetProperty("message").GetString()!, []);
    }

    public void Dispose() => http.Dispose();
}
