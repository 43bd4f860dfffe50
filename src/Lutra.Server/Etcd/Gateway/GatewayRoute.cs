using Google.Protobuf.Reflection;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Server.Etcd.Gateway;

/// <summary>A path of the JSON gateway, and the method behind it.</summary>
/// <param name="Path">Without the version in front of it.</param>
internal sealed record GatewayRoute(string Path, MethodDescriptor Method)
{
    private static readonly ServiceDescriptor Kv = Service("KV");
    private static readonly ServiceDescriptor Lease = Service("Lease");
    private static readonly ServiceDescriptor Cluster = Service("Cluster");
    private static readonly ServiceDescriptor Maintenance = Service("Maintenance");
    private static readonly ServiceDescriptor Auth = Service("Auth");
    private static readonly ServiceDescriptor Lock = Pb.V3LockReflection.Descriptor.Services[0];
    private static readonly ServiceDescriptor Election = Pb.V3ElectionReflection.Descriptor.Services[0];

    public static readonly IReadOnlyList<GatewayRoute> All =
    [
        new("/kv/range", Kv, "Range"), new("/kv/put", Kv, "Put"), new("/kv/deleterange", Kv, "DeleteRange"), new("/kv/txn", Kv, "Txn"),
        new("/kv/compaction", Kv, "Compact"),
        new("/watch", Service("Watch"), "Watch"),
        new("/lease/grant", Lease, "LeaseGrant"), new("/lease/keepalive", Lease, "LeaseKeepAlive"),
        new("/lease/revoke", Lease, "LeaseRevoke"), new("/kv/lease/revoke", Lease, "LeaseRevoke"),
        new("/lease/timetolive", Lease, "LeaseTimeToLive"), new("/kv/lease/timetolive", Lease, "LeaseTimeToLive"),
        new("/lease/leases", Lease, "LeaseLeases"), new("/kv/lease/leases", Lease, "LeaseLeases"),
        new("/cluster/member/add", Cluster, "MemberAdd"), new("/cluster/member/remove", Cluster, "MemberRemove"),
        new("/cluster/member/update", Cluster, "MemberUpdate"), new("/cluster/member/list", Cluster, "MemberList"),
        new("/cluster/member/promote", Cluster, "MemberPromote"),
        new("/maintenance/alarm", Maintenance, "Alarm"), new("/maintenance/status", Maintenance, "Status"),
        new("/maintenance/defragment", Maintenance, "Defragment"), new("/maintenance/hash", Maintenance, "Hash"),
        new("/maintenance/hashkv", Maintenance, "HashKV"), new("/maintenance/snapshot", Maintenance, "Snapshot"),
        new("/maintenance/transfer-leadership", Maintenance, "MoveLeader"), new("/maintenance/downgrade", Maintenance, "Downgrade"),
        new("/auth/enable", Auth, "AuthEnable"), new("/auth/disable", Auth, "AuthDisable"), new("/auth/status", Auth, "AuthStatus"),
        new("/auth/authenticate", Auth, "Authenticate"),
        new("/auth/user/add", Auth, "UserAdd"), new("/auth/user/get", Auth, "UserGet"), new("/auth/user/list", Auth, "UserList"),
        new("/auth/user/delete", Auth, "UserDelete"), new("/auth/user/changepw", Auth, "UserChangePassword"),
        new("/auth/user/grant", Auth, "UserGrantRole"), new("/auth/user/revoke", Auth, "UserRevokeRole"),
        new("/auth/role/add", Auth, "RoleAdd"), new("/auth/role/get", Auth, "RoleGet"), new("/auth/role/list", Auth, "RoleList"),
        new("/auth/role/delete", Auth, "RoleDelete"), new("/auth/role/grant", Auth, "RoleGrantPermission"),
        new("/auth/role/revoke", Auth, "RoleRevokePermission"),
        new("/lock/lock", Lock, "Lock"), new("/lock/unlock", Lock, "Unlock"),
        new("/election/campaign", Election, "Campaign"), new("/election/proclaim", Election, "Proclaim"), new("/election/leader", Election, "Leader"),
        new("/election/observe", Election, "Observe"), new("/election/resign", Election, "Resign"),
    ];

    private GatewayRoute(string path, ServiceDescriptor service, string method)
        : this(path, service.FindMethodByName(method))
    {
    }

    /// <summary>As gRPC calls it.</summary>
    public string MethodPath { get; } = $"/{Method.Service.FullName}/{Method.Name}";

    /// <summary>Many answers, a line each.</summary>
    public bool IsStream => Method.IsServerStreaming;

    private static ServiceDescriptor Service(string name) => Pb.RpcReflection.Descriptor.Services.Single(service => service.Name == name);
}
