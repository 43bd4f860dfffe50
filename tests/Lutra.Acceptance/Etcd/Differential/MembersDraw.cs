using Google.Protobuf;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Acceptance.Etcd.Differential;

/// <summary>
/// Draws what happens around a learner that never starts. A voter that never starts would stop a store of one member for ever in etcd: one is only asked for where
/// it must be refused. To move a learner makes it a voter in etcd 3.4.23: it is removed next. To move it to what is no URL crashes 3.4.23.
/// </summary>
internal sealed class MembersDraw(int seed)
{
    private const string Service = "/etcdserverpb.Cluster/";

    private readonly Random random = new(seed ^ 0x3E3E);
    private int chosen;

    public PassingStep Learner()
    {
        var member = Places.ChosenMember(chosen++);
        var url = Places.PeerUrl(1000 + chosen);
        var id = (ulong)member;
        return new PassingStep(
        [
            new CallStep(Service + "MemberAdd", new Pb.MemberAddRequest { PeerURLs = { url }, IsLearner = true }, member),
            .. Enumerable.Range(0, random.Next(5)).Select(_ => While(id, url)),
            .. random.Next(4) == 0 ? [Call("MemberUpdate", new Pb.MemberUpdateRequest { ID = id, PeerURLs = { Url() } })] : Array.Empty<CallStep>(),
            Call("MemberRemove", new Pb.MemberRemoveRequest { ID = id }),
            .. Enumerable.Range(0, random.Next(3)).Select(_ => After(id)),
        ]);
    }

    private CallStep While(ulong id, string url) => random.Next(7) switch
    {
        0 => Call("MemberAdd", new Pb.MemberAddRequest { PeerURLs = { url }, IsLearner = random.Next(2) == 0 }),
        1 => Call("MemberAdd", new Pb.MemberAddRequest { PeerURLs = { $"{url}0" }, IsLearner = true }),
        2 => Call("MemberPromote", new Pb.MemberPromoteRequest { ID = id }),
        3 => new CallStep("/etcdserverpb.Maintenance/MoveLeader", new Pb.MoveLeaderRequest { TargetID = id }),
        _ => Call("MemberList", new Pb.MemberListRequest { Linearizable = random.Next(2) == 0 }),
    };

    private CallStep After(ulong id) => random.Next(4) switch
    {
        0 => Call("MemberRemove", new Pb.MemberRemoveRequest { ID = id }),
        1 => Call("MemberPromote", new Pb.MemberPromoteRequest { ID = id }),
        2 => Call("MemberUpdate", new Pb.MemberUpdateRequest { ID = id, PeerURLs = { Url() } }),
        _ => Call("MemberList", new Pb.MemberListRequest { Linearizable = random.Next(2) == 0 }),
    };

    private string Url() => Places.PeerUrl(random.Next(3000, 9000));

    private CallStep Call(string method, IMessage request) => new(Service + method, request) { ThroughGateway = random.Next(5) == 0 };
}
