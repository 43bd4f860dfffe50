using Google.Protobuf;
using Lutra.Server.Etcd.Errors;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Server.Etcd.Auth;

/// <summary><c>etcdserverpb.Auth</c>, as far as it can be answered where there are no users: they cannot be added yet, and nothing is refused for want of them.</summary>
internal static class AuthService
{
    private const string Service = "/etcdserverpb.Auth/";

    // Of users and roles that never changed.
    private const ulong FirstRevision = 1;

    public static IEnumerable<EtcdMethod> Methods =>
    [
        ProtoMethod.Single(Service + "AuthStatus", Pb.AuthStatusRequest.Parser, static (call, _) => Reply(
            new Pb.AuthStatusResponse { Header = call.Header().ToMessage(), AuthRevision = FirstRevision })),
        ProtoMethod.Single(Service + "AuthDisable", Pb.AuthDisableRequest.Parser, static (call, _) => Reply(
            new Pb.AuthDisableResponse { Header = call.Header().ToMessage() })),

        // Clients that bring a name and a password take this for an invitation to come without.
        ProtoMethod.Single(Service + "Authenticate", Pb.AuthenticateRequest.Parser, static (_, _) => throw EtcdErrors.AuthNotEnabled),
    ];

    private static ValueTask<IMessage> Reply(IMessage reply) => new(reply);
}
