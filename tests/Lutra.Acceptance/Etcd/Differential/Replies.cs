using Google.Protobuf;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Acceptance.Etcd.Differential;

/// <summary>What answers are made of, and what of them two stores can never have in common.</summary>
internal static class Replies
{
    private static readonly Dictionary<string, MessageParser> Parsers = Pb.RpcReflection.Descriptor.Services
        .SelectMany(service => service.Methods)
        .ToDictionary(method => $"/{method.Service.FullName}/{method.Name}", method => method.OutputType.Parser);

    public static IMessage Parse(string path, byte[] reply) => Parsers[path].ParseFrom(reply);

    public static IMessage Parse(string path, string json) => Parsers[path].ParseJson(json);

    /// <summary>Ids, terms, sizes, times, and the order of what has none.</summary>
    /// <param name="member">The store's own.</param>
    public static IMessage WithoutNature(IMessage reply, ulong member)
    {
        if (reply.Descriptor.FindFieldByName("header")?.Accessor.GetValue(reply) is Pb.ResponseHeader header)
        {
            header.ClusterId = Sign(header.ClusterId);
            header.MemberId = header.MemberId == member ? 1 : header.MemberId;
            header.RaftTerm = Sign(header.RaftTerm);
        }

        switch (reply)
        {
            case Pb.LeaseTimeToLiveResponse lease:
                lease.TTL = lease.TTL >= 0 && lease.GrantedTTL - lease.TTL is >= 0 and < 30 ? lease.GrantedTTL : lease.TTL;
                Order(lease.Keys, lease.Keys.OrderBy(key => key.ToBase64(), StringComparer.Ordinal));
                break;
            case Pb.LeaseLeasesResponse list:
                Order(list.Leases, list.Leases.OrderBy(lease => lease.ID));
                break;
            case Pb.MemberListResponse list:
                Show(list.Members, member);
                break;
            case Pb.MemberAddResponse added:
                Show(added.Members, member);
                break;
            case Pb.MemberRemoveResponse removed:
                Show(removed.Members, member);
                break;
            case Pb.MemberUpdateResponse updated:
                Show(updated.Members, member);
                break;
            case Pb.MemberPromoteResponse promoted:
                Show(promoted.Members, member);
                break;
            case Pb.AuthenticateResponse { Token.Length: > 0 } entered:
                entered.Token = "token";
                break;
            case Pb.HashResponse hash:
                hash.Hash = 0;
                break;
            case Pb.StatusResponse status:
                (status.DbSize, status.DbSizeInUse) = (Math.Sign(status.DbSize), Math.Sign(status.DbSizeInUse));
                (status.RaftIndex, status.RaftAppliedIndex, status.RaftTerm) = (Sign(status.RaftIndex), Sign(status.RaftAppliedIndex), Sign(status.RaftTerm));
                status.Leader = status.Leader == member ? 1 : status.Leader;
                break;
        }

        return reply;
    }

    /// <summary>A request that names a lease which the store chose is as long as its number.</summary>
    public static string WithoutSize(string refusal) =>
        refusal.StartsWith("grpc: received message larger", StringComparison.Ordinal) ? refusal[..refusal.IndexOf('(', StringComparison.Ordinal)] : refusal;

    private static void Show(Google.Protobuf.Collections.RepeatedField<Pb.Member> members, ulong own)
    {
        foreach (var one in members)
            Own(one, own);
        Order(members, members.OrderBy(one => one.ID));
    }

    private static void Own(Pb.Member shown, ulong member)
    {
        if (shown.ID != member)
            return;
        shown.ID = 1;
        shown.Name = "own";
        for (var at = 0; at < shown.PeerURLs.Count; at++)
            shown.PeerURLs[at] = "own";
        for (var at = 0; at < shown.ClientURLs.Count; at++)
            shown.ClientURLs[at] = "own";
    }

    private static void Order<T>(Google.Protobuf.Collections.RepeatedField<T> field, IEnumerable<T> ordered)
    {
        T[] all = [.. ordered];
        field.Clear();
        field.AddRange(all);
    }

    private static ulong Sign(ulong number) => number == 0 ? 0UL : 1;
}
